// Tests of YAMLDocument.
