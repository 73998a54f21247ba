// The Batch account. Nobody has its keys: the app comes with a token, and its role covers pools and jobs, not the account itself.
param name string
param location string
param tags object

@allowed(['BatchService', 'UserSubscription'])
param poolAllocationMode string
param vaultId string
param vaultUrl string
param isPublic bool
param workspaceId string
param appPrincipalId string

var batchDataContributor = '6aaa78f1-f7de-44ca-8722-c64a23943cae'

resource account 'Microsoft.Batch/batchAccounts@2025-06-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    poolAllocationMode: poolAllocationMode
    keyVaultReference: poolAllocationMode == 'UserSubscription' ? { id: vaultId, url: vaultUrl } : null
    allowedAuthenticationModes: ['AAD']
    publicNetworkAccess: isPublic ? 'Enabled' : 'Disabled'
  }
}

resource role 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(account.id, appPrincipalId, batchDataContributor)
  scope: account
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', batchDataContributor)
  }
}

resource logs 'Microsoft.Insights/diagnosticSettings@2016-09-01' = {
  name: 'service'
  scope: account
  location: location
  properties: {
    workspaceId: workspaceId
    logs: [{ category: 'ServiceLog', enabled: true, retentionPolicy: { enabled: false, days: 0 } }]
  }
}

output id string = account.id
output endpoint string = 'https://${account.properties.accountEndpoint}'
