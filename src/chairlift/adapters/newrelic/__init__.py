"""New Relic: requests and errors of APM applications, asked by NRQL over NerdGraph."""
