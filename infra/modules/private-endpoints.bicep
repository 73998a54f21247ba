// Every path of data stays in the network: storage, vault, Batch and the way from nodes to Batch.
// None for files: shares are mounted with an account's key, and this account accepts none. Accounts that hold data are their owners'.
param token string
param location string
param tags object
param networkId string
param subnetId string
param storageId string
param vaultId string
param batchId string

var suffix = environment().suffixes.storage
var batchZone = 'privatelink.batch.azure.com'
var ways = [
  { name: 'blob', target: storageId, group: 'blob', zone: 'privatelink.blob.${suffix}' }
  { name: 'table', target: storageId, group: 'table', zone: 'privatelink.table.${suffix}' }
  { name: 'queue', target: storageId, group: 'queue', zone: 'privatelink.queue.${suffix}' }
  { name: 'vault', target: vaultId, group: 'vault', zone: 'privatelink.vaultcore.azure.net' }
  { name: 'batch', target: batchId, group: 'batchAccount', zone: batchZone }
  { name: 'nodes', target: batchId, group: 'nodeManagement', zone: batchZone }
]
var zoneNames = union(map(ways, way => way.zone), [])

resource zones 'Microsoft.Network/privateDnsZones@2024-06-01' = [
  for zone in zoneNames: {
    name: zone
    location: 'global'
    tags: tags
  }
]

resource links 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [
  for (zone, index) in zoneNames: {
    name: 'network'
    parent: zones[index]
    location: 'global'
    tags: tags
    properties: { registrationEnabled: false, virtualNetwork: { id: networkId } }
  }
]

resource endpoints 'Microsoft.Network/privateEndpoints@2025-09-01' = [
  for way in ways: {
    name: 'pe-${way.name}-${token}'
    location: location
    tags: tags
    properties: {
      subnet: { id: subnetId }
      privateLinkServiceConnections: [
        { name: way.name, properties: { privateLinkServiceId: way.target, groupIds: [way.group] } }
      ]
    }
  }
]

resource names 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-09-01' = [
  for (way, index) in ways: {
    name: 'default'
    parent: endpoints[index]
    properties: {
      privateDnsZoneConfigs: [
        {
          name: way.name
          properties: { privateDnsZoneId: resourceId('Microsoft.Network/privateDnsZones', way.zone) }
        }
      ]
    }
    dependsOn: [zones]
  }
]
