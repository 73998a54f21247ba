// The Functions app: Flex Consumption, one package of three files, settings by the names of functions/config.ts.
param name string
param location string
param tags object
param identityId string
param identityClientId string
param storageName string
param packageContainerUrl string

@description('Queue into which Event Grid tells of blobs; empty: they are found by listings.')
param blobEventsQueue string
param batchAccountId string
param batchEndpoint string
param fileServerGroup string
param poolAllocationMode string
param secretsKeyUri string
param insightsConnectionString string
param countersEndpoint string
param apiClientId string
param sshSources string
param nodeAddresses string
param alwaysReady int
param subnetId string
param extraSettings object

@description('Changed for an upgrade that old orchestrations cannot survive, after they have ended.')
param taskHub string

@description('Of a Durable Task Scheduler; empty: orchestrations are in the storage account.')
param schedulerEndpoint string

var suffix = environment().suffixes.storage
var authority = '${environment().authentication.loginEndpoint}${tenant().tenantId}'

// What the Functions host itself needs, with the identity instead of keys.
var hostSettings = {
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: identityClientId
  AzureWebJobsStorage__blobServiceUri: 'https://${storageName}.blob.${suffix}'
  AzureWebJobsStorage__queueServiceUri: 'https://${storageName}.queue.${suffix}'
  AzureWebJobsStorage__tableServiceUri: 'https://${storageName}.table.${suffix}'
  // Named in host.json: orchestrations of two apps in one storage account are kept apart.
  BATCHAI_TASK_HUB: taskHub
  APPLICATIONINSIGHTS_CONNECTION_STRING: insightsConnectionString
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
}

var appSettings = {
  AZURE_SUBSCRIPTION_ID: subscription().subscriptionId
  AZURE_CLIENT_ID: identityClientId
  BATCHAI_LOCATION: location
  BATCHAI_BATCH_ACCOUNT_ID: batchAccountId
  BATCHAI_BATCH_ENDPOINT: batchEndpoint
  BATCHAI_FILE_SERVER_GROUP: fileServerGroup
  BATCHAI_POOL_ALLOCATION_MODE: poolAllocationMode
  BATCHAI_STORAGE_ACCOUNT: storageName
  BATCHAI_BLOB_ENDPOINT_TEMPLATE: 'https://{account}.blob.${suffix}'
  BATCHAI_TABLE_ENDPOINT_TEMPLATE: 'https://{account}.table.${suffix}'
  BATCHAI_FILE_ENDPOINT_TEMPLATE: 'https://{account}.file.${suffix}'
  BATCHAI_QUEUE_ENDPOINT_TEMPLATE: 'https://{account}.queue.${suffix}'
  BATCHAI_SECRETS_KEY: '@Microsoft.KeyVault(SecretUri=${secretsKeyUri})'
  BATCHAI_AUTH_ISSUER: '${authority}/v2.0'
  BATCHAI_AUTH_AUDIENCE: apiClientId
  BATCHAI_AUTH_JWKS_URL: '${authority}/discovery/v2.0/keys'
  BATCHAI_AUTH_TENANT: tenant().tenantId
  BATCHAI_COUNTERS_ENDPOINT: countersEndpoint
  BATCHAI_SSH_SOURCES: sshSources
  BATCHAI_NODE_ADDRESSES: nodeAddresses
}

// Named in the host.json that is staged for it.
var schedulerSettings = {
  DURABLE_TASK_SCHEDULER_CONNECTION_STRING: 'Endpoint=${schedulerEndpoint};Authentication=ManagedIdentity;ClientID=${identityClientId}'
}

// Where Event Grid tells of blobs, listings only find what was missed.
var blobEventSettings = {
  BATCHAI_BLOB_EVENTS_QUEUE: blobEventsQueue
  BATCHAI_BLOB_SCAN_INTERVAL_S: '3600'
}

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  name: 'plan-${name}'
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true }
}

resource app 'Microsoft.Web/sites@2025-03-01' = {
  name: name
  location: location
  tags: tags
  kind: 'functionapp,linux'
  identity: { type: 'UserAssigned', userAssignedIdentities: { '${identityId}': {} } }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    keyVaultReferenceIdentity: identityId
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    siteConfig: { minTlsVersion: '1.2' }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: packageContainerUrl
          authentication: { type: 'UserAssignedIdentity', userAssignedIdentityResourceId: identityId }
        }
      }
      runtime: { name: 'node', version: '22' }
      scaleAndConcurrency: {
        instanceMemoryMB: 2048
        maximumInstanceCount: 100
        alwaysReady: alwaysReady == 0 ? [] : [{ name: 'http', instanceCount: alwaysReady }]
      }
    }
  }

  resource settings 'config@2025-03-01' = {
    name: 'appsettings'
    properties: union(
      hostSettings,
      appSettings,
      empty(schedulerEndpoint) ? {} : schedulerSettings,
      empty(blobEventsQueue) ? {} : blobEventSettings,
      extraSettings
    )
  }
}

output name string = app.name
output endpoint string = 'https://${app.properties.defaultHostName}'
