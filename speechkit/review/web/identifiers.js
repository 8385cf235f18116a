// Identifiers in plain words, with what belongs to them.

/** @type {Record<string, [string, string]>} */
export const IDENTIFIERS = {
  NAME: ["name", "of a person: patient, relative, doctor"],
  LOCATION: ["place", "smaller than a state: town, street, building"],
  DATE: ["date", "any part of a date but the year"],
  AGE: ["age", "over 89"],
  PHONE: ["telephone number", "also extensions"],
  FAX: ["fax number", ""],
  EMAIL: ["email address", ""],
  SSN: ["social security number", "also other national numbers"],
  MRN: ["medical record number", "of a hospital or practice"],
  HEALTHPLAN: ["health plan number", "of an insurance"],
  ACCOUNT: ["account number", "bank, card"],
  LICENSE: ["license number", "driver, profession"],
  VEHICLE: ["vehicle", "number plate, serial number"],
  DEVICE: ["device", "serial number of an implant"],
  URL: ["web address", ""],
  IP: ["network address", ""],
  OTHER_ID: ["other number or code", "that stands for one person"],
  ORG: ["organization", "hospital, practice, employer"],
  UNCERTAIN: ["not sure which", "to be hidden, whatever it is"],
};

/** @param {string} identifier */
export function plainName(identifier) {
  return IDENTIFIERS[identifier]?.[0] ?? identifier;
}
