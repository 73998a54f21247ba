// The vault for the key that seals stored secrets. The key is no template value: a hook writes it once, and never again, because
// a new one would make every stored secret unreadable. Deleted vaults and secrets can be had back for 90 days.
param name string
param location string
param tags object
param isPublic bool
param appPrincipalId string
param deployerPrincipalId string

@description('For accounts of mode UserSubscription, which keep their certificates here; else empty.')
param batchServicePrincipalId string

var secretsUser = '4633458b-17de-408a-b874-0445c86b69e6'
var secretsOfficer = 'b86a8fe4-44ce-4948-aee5-eccb2c155cd7'
var secretsKeyName = 'secrets-key'

resource vault 'Microsoft.KeyVault/vaults@2026-02-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enablePurgeProtection: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 90
    // Azure Batch makes machines with what is in here.
    enabledForDeployment: !empty(batchServicePrincipalId)
    publicNetworkAccess: isPublic ? 'Enabled' : 'Disabled'
    networkAcls: { bypass: 'AzureServices', defaultAction: isPublic ? 'Allow' : 'Deny' }
  }
}

resource reads 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault.id, appPrincipalId, secretsUser)
  scope: vault
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', secretsUser)
  }
}

// Writes the key once.
resource writes 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault.id, deployerPrincipalId, secretsOfficer)
  scope: vault
  properties: {
    principalId: deployerPrincipalId
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', secretsOfficer)
  }
}

resource batchWrites 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(batchServicePrincipalId)) {
  name: guid(vault.id, batchServicePrincipalId, secretsOfficer)
  scope: vault
  properties: {
    principalId: batchServicePrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', secretsOfficer)
  }
}

output id string = vault.id
output name string = vault.name
output url string = vault.properties.vaultUri
output secretsKeyUri string = '${vault.properties.vaultUri}secrets/${secretsKeyName}'
