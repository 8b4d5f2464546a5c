// References, digests, descriptors, manifests, indexes and configurations as values.
