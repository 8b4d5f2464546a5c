// A directory of YAML to a policy set, with diagnostics.
