// Where cosign signatures lie, how they are decoded and judged.
