// What the local resource manager takes of the resources that a machine is made of. Strict: what would mean something in Azure and
// nothing here is refused. Source: Microsoft.Network 2025-09-01, Microsoft.Compute 2026-04-01.
import { z } from "zod";

const Reference = z.strictObject({ id: z.string().startsWith("/subscriptions/") });
const prefix = z.cidrv4();
const source = z.union([z.ipv4(), prefix, z.literal("*"), z.string().regex(/^[A-Z]\w+$/)]);

const Rule = z.strictObject({
  name: z.string().min(1),
  properties: z
    .strictObject({
      priority: z.int().min(100).max(4096),
      access: z.enum(["Allow", "Deny"]),
      direction: z.enum(["Inbound", "Outbound"]),
      protocol: z.enum(["Tcp", "Udp", "Icmp", "*"]),
      sourceAddressPrefix: source.optional(),
      sourceAddressPrefixes: z.array(source).min(1).max(4000).optional(),
      sourcePortRange: z.string(),
      destinationAddressPrefix: z.string(),
      destinationPortRange: z.string(),
    })
    .refine(
      (rule) => (rule.sourceAddressPrefix === undefined) !== (rule.sourceAddressPrefixes === undefined),
      {
        error: "expected exactly one of sourceAddressPrefix and sourceAddressPrefixes",
      },
    ),
});

export const SecurityGroup = z.strictObject({ securityRules: z.array(Rule).max(1000) });

export const PublicAddress = z.strictObject({
  publicIPAllocationMethod: z.literal("Static"),
  publicIPAddressVersion: z.literal("IPv4"),
});

export const Network = z.strictObject({
  addressSpace: z.strictObject({ addressPrefixes: z.array(prefix).min(1) }),
  subnets: z.array(
    z.strictObject({
      name: z.string().regex(/^[A-Za-z0-9][\w.-]{0,79}$/),
      properties: z.strictObject({ addressPrefix: prefix }),
    }),
  ),
});
export type Network = z.infer<typeof Network>;

export const Interface = z.strictObject({
  networkSecurityGroup: Reference,
  ipConfigurations: z.tuple([
    z.strictObject({
      name: z.string(),
      properties: z.strictObject({
        privateIPAllocationMethod: z.literal("Dynamic"),
        subnet: Reference,
        publicIPAddress: Reference,
      }),
    }),
  ]),
});
export type Interface = z.infer<typeof Interface>;

const storage = z.strictObject({
  storageAccountType: z.enum(["Standard_LRS", "Premium_LRS", "StandardSSD_LRS"]),
});
const Disk = z.strictObject({
  lun: z.int().min(0).max(63),
  name: z.string(),
  createOption: z.literal("Empty"),
  deleteOption: z.enum(["Delete", "Detach"]),
  diskSizeGB: z.int().min(1).max(32_767),
  caching: z.enum(["None", "ReadOnly", "ReadWrite"]),
  managedDisk: storage,
});

export const Machine = z.strictObject({
  hardwareProfile: z.strictObject({ vmSize: z.string() }),
  storageProfile: z.strictObject({
    imageReference: z.strictObject({
      publisher: z.string(),
      offer: z.string(),
      sku: z.string(),
      version: z.string(),
    }),
    osDisk: z.strictObject({
      name: z.string(),
      createOption: z.literal("FromImage"),
      deleteOption: z.enum(["Delete", "Detach"]),
      managedDisk: storage,
    }),
    dataDisks: z.array(Disk),
  }),
  osProfile: z.strictObject({
    computerName: z.string().regex(/^[a-z0-9-]{1,64}$/i),
    adminUsername: z.string(),
    adminPassword: z.string().optional(),
    customData: z.base64().max(87_380).optional(),
    linuxConfiguration: z.strictObject({
      disablePasswordAuthentication: z.boolean(),
      ssh: z
        .strictObject({ publicKeys: z.array(z.strictObject({ path: z.string(), keyData: z.string() })) })
        .optional(),
    }),
  }),
  networkProfile: z.strictObject({
    networkInterfaces: z.tuple([
      z.strictObject({
        id: Reference.shape.id,
        properties: z.strictObject({ primary: z.literal(true), deleteOption: z.enum(["Delete", "Detach"]) }),
      }),
    ]),
  }),
});
export type Machine = z.infer<typeof Machine>;

export const Extension = z.strictObject({
  publisher: z.literal("Microsoft.Azure.Extensions"),
  type: z.literal("CustomScript"),
  typeHandlerVersion: z.string(),
  autoUpgradeMinorVersion: z.boolean(),
  settings: z.strictObject({ commandToExecute: z.string().min(1) }),
});
