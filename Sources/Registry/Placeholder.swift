// The OCI distribution client.
