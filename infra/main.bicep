// OpenBatchAI in one resource group: the Functions app (Flex Consumption), its storage, a Batch account, a key vault, monitoring.
// The app acts as one user-assigned identity, whose rights are assigned next to each resource. Shared keys are switched off.
targetScope = 'subscription'

@minLength(1)
@maxLength(40)
@description('Name of the environment: part of the names of all resources.')
param environmentName string

@description('Region. The Batch account, its quota and subnets of clusters are of one region: deploy once for each.')
param location string

@description('Client id of the app registration that tokens are issued for. The hook before provisioning makes it.')
param apiClientId string

@allowed(['BatchService', 'UserSubscription'])
@description('In whose subscription the machines are: that of Azure Batch, or this one (needs batchServicePrincipalId).')
param poolAllocationMode string = 'BatchService'

@description('Object id of the service principal "Microsoft Azure Batch" in this tenant; for poolAllocationMode UserSubscription only.')
param batchServicePrincipalId string = ''

@description('Who may reach nodes by ssh: address ranges or service tags, comma-separated. Empty: nobody.')
param sshSources string = ''

@allowed(['public', 'private'])
@description('Whether nodes have public addresses. Nodes with private ones only are made in subnets, which clusters must name.')
param nodeAddresses string = 'public'

@description('A virtual network with private endpoints for every path of data, and no public access to storage, vault and Batch.')
param isolated bool = false

@minValue(0)
@maxValue(20)
@description('Instances of the app that are always warm. With 0 the first request after a quiet time waits for a start, and nothing idles.')
param alwaysReady int = 0

@description('Where alerts go; empty: nobody is told.')
param alertEmail string = ''

@minLength(3)
@maxLength(45)
@description('Name of the task hub: where orchestrations are. Letters and digits.')
param taskHub string = 'OpenBatchAI'

@allowed(['AzureStorage', 'DurableTaskScheduler'])
@description('Where orchestrations are. The package is staged for the same one (scripts/stage-app.mjs).')
param orchestrationStore string = 'AzureStorage'

@allowed(['Consumption', 'Dedicated'])
@description('How a Durable Task Scheduler is paid.')
param schedulerSku string = 'Consumption'

@description('More settings of the app by name, such as { BATCHAI_QUOTA_CLUSTERS: \'20\' }.')
param extraSettings object = {}

var tags = { 'azd-env-name': environmentName }
var blobEventsQueue = 'batchai-blob-events'
var token = uniqueString(subscription().id, environmentName, location)

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: tags
}

module identity 'modules/identity.bicep' = {
  name: 'identity'
  scope: group
  params: { name: 'id-${token}', location: location, tags: tags }
}

// Apart from everything else, because the app may delete what is in it.
resource fileServerGroup 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: 'rg-${environmentName}-file-servers'
  location: location
  tags: tags
}

module fileServers 'modules/file-servers.bicep' = {
  name: 'file-servers'
  scope: fileServerGroup
  params: { token: token, appPrincipalId: identity.outputs.principalId }
}

module network 'modules/network.bicep' = if (isolated) {
  name: 'network'
  scope: group
  params: {
    token: token
    location: location
    tags: tags
    appPrincipalId: identity.outputs.principalId
  }
}

module storage 'modules/storage.bicep' = {
  name: 'storage'
  scope: group
  params: {
    name: 'st${token}'
    location: location
    tags: tags
    isPublic: !isolated
    appPrincipalId: identity.outputs.principalId
  }
}

// Event Grid delivers from outside any network: where storage is closed, listings alone find blobs.
module blobEvents 'modules/blob-events.bicep' = if (!isolated) {
  name: 'blob-events'
  scope: group
  params: {
    token: token
    location: location
    tags: tags
    storageName: storage.outputs.name
    queueName: blobEventsQueue
  }
}

module scheduler 'modules/scheduler.bicep' = if (orchestrationStore == 'DurableTaskScheduler') {
  name: 'scheduler'
  scope: group
  params: {
    name: 'dts-${token}'
    location: location
    tags: tags
    taskHub: taskHub
    appPrincipalId: identity.outputs.principalId
    sku: schedulerSku
  }
}

module vault 'modules/vault.bicep' = {
  name: 'vault'
  scope: group
  params: {
    name: 'kv-${token}'
    location: location
    tags: tags
    isPublic: !isolated
    appPrincipalId: identity.outputs.principalId
    deployerPrincipalId: deployer().objectId
    batchServicePrincipalId: poolAllocationMode == 'UserSubscription' ? batchServicePrincipalId : ''
  }
}

module orchestration 'modules/batch-service-role.bicep' = if (poolAllocationMode == 'UserSubscription') {
  name: 'batch-service-role'
  params: { batchServicePrincipalId: batchServicePrincipalId }
}

module monitor 'modules/monitor.bicep' = {
  name: 'monitor'
  scope: group
  params: {
    token: token
    location: location
    tags: tags
    alertEmail: alertEmail
    appPrincipalId: identity.outputs.principalId
  }
}

module batch 'modules/batch.bicep' = {
  name: 'batch'
  scope: group
  dependsOn: [orchestration]
  params: {
    name: 'ba${token}'
    location: location
    tags: tags
    poolAllocationMode: poolAllocationMode
    vaultId: vault.outputs.id
    vaultUrl: vault.outputs.url
    isPublic: !isolated
    workspaceId: monitor.outputs.workspaceId
    appPrincipalId: identity.outputs.principalId
  }
}

module endpoints 'modules/private-endpoints.bicep' = if (isolated) {
  name: 'private-endpoints'
  scope: group
  params: {
    token: token
    location: location
    tags: tags
    networkId: isolated ? network.outputs.networkId : ''
    subnetId: isolated ? network.outputs.endpointSubnetId : ''
    storageId: storage.outputs.id
    vaultId: vault.outputs.id
    batchId: batch.outputs.id
  }
}

module app 'modules/app.bicep' = {
  name: 'app'
  scope: group
  dependsOn: [endpoints]
  params: {
    name: 'func-${token}'
    location: location
    tags: union(tags, { 'azd-service-name': 'api' })
    identityId: identity.outputs.id
    identityClientId: identity.outputs.clientId
    storageName: storage.outputs.name
    packageContainerUrl: storage.outputs.packageContainerUrl
    blobEventsQueue: isolated ? '' : blobEventsQueue
    batchAccountId: batch.outputs.id
    batchEndpoint: batch.outputs.endpoint
    fileServerGroup: fileServerGroup.name
    poolAllocationMode: poolAllocationMode
    secretsKeyUri: vault.outputs.secretsKeyUri
    insightsConnectionString: monitor.outputs.connectionString
    countersEndpoint: monitor.outputs.countersEndpoint
    apiClientId: apiClientId
    sshSources: sshSources
    nodeAddresses: nodeAddresses
    alwaysReady: alwaysReady
    subnetId: isolated ? network.outputs.appSubnetId : ''
    extraSettings: extraSettings
    taskHub: taskHub
    schedulerEndpoint: orchestrationStore == 'DurableTaskScheduler' ? scheduler.outputs.endpoint : ''
  }
}

output AZURE_LOCATION string = location
output AZURE_RESOURCE_GROUP string = group.name
output AZURE_KEY_VAULT_NAME string = vault.outputs.name
output AZURE_FUNCTION_APP_NAME string = app.outputs.name
output BATCHAI_BATCH_ACCOUNT_ID string = batch.outputs.id
output BATCHAI_ENDPOINT string = app.outputs.endpoint
output BATCHAI_POOL_SUBNET_ID string = isolated ? network.outputs.poolSubnetId : ''
