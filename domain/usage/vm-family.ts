// The family of a VM size, spelled as usages spell it: `STANDARD_D2` → `D`, `Standard_D2_v2` → `Dv2`, `STANDARD_NC6s_v3`
// → `NCSv3`. Quotas are given per family. Source: Azure documentation, "Azure virtual machine sizes naming conventions".

export function familyOf(vmSize: string): string {
  const match = /^(?:standard|basic)_([a-z]+)\d+(?:-\d+)?([a-z]*)(?:_((?!v\d)[a-z]+\d+))?(?:_(v\d+))?$/i.exec(
    vmSize,
  );
  if (match === null) return vmSize.replace(/^(?:standard|basic)_/i, "").toUpperCase();
  const [, letters = "", features = "", accelerator, version = ""] = match;
  const chip = accelerator === undefined ? "" : `_${accelerator.toUpperCase()}`;
  return `${letters.toUpperCase()}${features.toUpperCase()}${version.toLowerCase()}${chip}`;
}
