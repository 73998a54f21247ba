// The network of an isolated deployment: a subnet for the app, one for private endpoints, one for nodes of clusters, which reach
// the outside through a NAT gateway and take nothing from there.
param token string
param location string
param tags object

resource address 'Microsoft.Network/publicIPAddresses@2025-09-01' = {
  name: 'pip-${token}'
  location: location
  tags: tags
  sku: { name: 'Standard' }
  properties: { publicIPAllocationMethod: 'Static' }
}

resource gateway 'Microsoft.Network/natGateways@2025-09-01' = {
  name: 'nat-${token}'
  location: location
  tags: tags
  sku: { name: 'Standard' }
  properties: { publicIpAddresses: [{ id: address.id }] }
}

resource nodeRules 'Microsoft.Network/networkSecurityGroups@2025-09-01' = {
  name: 'nsg-nodes-${token}'
  location: location
  tags: tags
  properties: {
    securityRules: [
      {
        name: 'nodes-among-themselves'
        properties: {
          priority: 100
          direction: 'Inbound'
          access: 'Allow'
          protocol: '*'
          sourceAddressPrefix: '10.42.4.0/22'
          sourcePortRange: '*'
          destinationAddressPrefix: '10.42.4.0/22'
          destinationPortRange: '*'
        }
      }
      {
        name: 'nobody-else'
        properties: {
          priority: 4000
          direction: 'Inbound'
          access: 'Deny'
          protocol: '*'
          sourceAddressPrefix: '*'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '*'
        }
      }
    ]
  }
}

resource network 'Microsoft.Network/virtualNetworks@2025-09-01' = {
  name: 'vnet-${token}'
  location: location
  tags: tags
  properties: {
    addressSpace: { addressPrefixes: ['10.42.0.0/20'] }
    subnets: [
      {
        name: 'app'
        properties: {
          addressPrefix: '10.42.0.0/24'
          natGateway: { id: gateway.id }
          delegations: [{ name: 'app', properties: { serviceName: 'Microsoft.App/environments' } }]
        }
      }
      {
        name: 'endpoints'
        properties: { addressPrefix: '10.42.1.0/24', privateEndpointNetworkPolicies: 'Disabled' }
      }
      {
        name: 'nodes'
        properties: {
          addressPrefix: '10.42.4.0/22'
          natGateway: { id: gateway.id }
          networkSecurityGroup: { id: nodeRules.id }
        }
      }
    ]
  }
}

output networkId string = network.id
output appSubnetId string = '${network.id}/subnets/app'
output endpointSubnetId string = '${network.id}/subnets/endpoints'
output poolSubnetId string = '${network.id}/subnets/nodes'
