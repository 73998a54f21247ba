// Logs, traces and alerts. Only tokens are taken for what the app sends (no instrumentation key alone).
param token string
param location string
param tags object
param alertEmail string
param appPrincipalId string

var metricsPublisher = '3913510d-42f4-4e42-8a64-420c390055eb'

resource workspace 'Microsoft.OperationalInsights/workspaces@2026-03-01' = {
  name: 'log-${token}'
  location: location
  tags: tags
  properties: { sku: { name: 'PerGB2018' }, retentionInDays: 30 }
}

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: 'appi-${token}'
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspace.id
    DisableLocalAuth: true
  }
}

resource role 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(insights.id, appPrincipalId, metricsPublisher)
  scope: insights
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', metricsPublisher)
  }
}

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = if (!empty(alertEmail)) {
  name: 'ag-${token}'
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'batchai'
    emailReceivers: [{ name: 'operator', emailAddress: alertEmail, useCommonAlertSchema: true }]
  }
}

var questions = [
  { name: 'failures', text: 'requests that the app failed', query: 'AppRequests | where Success == false and toint(ResultCode) >= 500' }
  { name: 'errors', text: 'errors that the app logged', query: 'AppTraces | where SeverityLevel >= 3' }
  { name: 'orphans', text: 'things in Batch or storage without an owner', query: 'AppTraces | where Message has "orphan"' }
]

resource alerts 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = [
  for question in questions: if (!empty(alertEmail)) {
    name: 'alert-${question.name}-${token}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: 'OpenBatchAI: ${question.text}'
      enabled: true
      severity: 2
      scopes: [workspace.id]
      evaluationFrequency: 'PT15M'
      windowSize: 'PT15M'
      criteria: {
        allOf: [
          {
            query: question.query
            timeAggregation: 'Count'
            operator: 'GreaterThan'
            threshold: 0
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      actions: { actionGroups: [people.id] }
    }
  }
]

output workspaceId string = workspace.id
output connectionString string = insights.properties.ConnectionString
// Where nodes send their counters: the region's own address, which the connection string names.
output countersEndpoint string = '${split(split(insights.properties.ConnectionString, 'IngestionEndpoint=')[1], ';')[0]}v2/track'
