// In mode UserSubscription Azure Batch makes the machines in this subscription, and needs the right to.
targetScope = 'subscription'
param batchServicePrincipalId string

var batchServiceOrchestration = 'a35466a1-cfd6-450a-b35e-683fcdf30363'

resource role 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(subscription().id, batchServicePrincipalId, batchServiceOrchestration)
  properties: {
    principalId: batchServicePrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', batchServiceOrchestration)
  }
}
