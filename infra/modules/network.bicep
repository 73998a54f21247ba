// The network of an isolated deployment: a subnet for the app, one for private endpoints, one for nodes of clusters, which reach
// the outside through a NAT gateway and take nothing from there.
param token string
param location string
param tags object

@description('Who makes pools in the subnet of nodes: Azure asks whether they may join it.')
param appPrincipalId string

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

// All that joining takes. A role of ours, because Azure's own for networks may change them.
resource joining 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(resourceGroup().id, 'join-subnets')
  properties: {
    roleName: 'OpenBatchAI join subnets ${token}'
    description: 'Makes pools whose nodes are in a subnet, and changes nothing of it.'
    type: 'CustomRole'
    assignableScopes: [resourceGroup().id]
    permissions: [{ actions: ['Microsoft.Network/virtualNetworks/subnets/join/action'] }]
  }
}

resource nodes 'Microsoft.Network/virtualNetworks/subnets@2025-09-01' existing = {
  parent: network
  name: 'nodes'
}

resource joins 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(nodes.id, appPrincipalId, joining.name)
  scope: nodes
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: joining.id
  }
}

output networkId string = network.id
output appSubnetId string = '${network.id}/subnets/app'
output endpointSubnetId string = '${network.id}/subnets/endpoints'
output poolSubnetId string = '${network.id}/subnets/nodes'
