// Where orchestrations are instead of in the storage account: a Durable Task Scheduler with one task hub, to which the app comes with its
// identity; there are no keys. Its address is public: whoever has no role on the hub is refused there.
param name string
param location string
param tags object
param taskHub string
param appPrincipalId string

@description('Consumption is paid by what orchestrations do, Dedicated by the hour.')
@allowed(['Consumption', 'Dedicated'])
param sku string

var durableTaskDataContributor = '0ad04412-c4d5-4796-b79c-f76d14c8d402'

resource scheduler 'Microsoft.DurableTask/schedulers@2026-02-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    ipAllowlist: ['0.0.0.0/0']
    sku: sku == 'Dedicated' ? { name: 'Dedicated', capacity: 1 } : { name: 'Consumption' }
  }

  resource hub 'taskHubs@2026-02-01' = {
    name: taskHub
    properties: {}
  }
}

resource role 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(scheduler::hub.id, appPrincipalId, durableTaskDataContributor)
  scope: scheduler::hub
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', durableTaskDataContributor)
  }
}

output endpoint string = scheduler.properties.endpoint
