// YAML with line and column on every node.
