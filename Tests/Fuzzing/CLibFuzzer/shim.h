#pragma once
#include <stddef.h>
#include <stdint.h>

// Of LLVM's libFuzzer, which has no header of its own for it: docs/LibFuzzer.rst, "Using libFuzzer as a library".
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*callback)(const uint8_t *data, size_t size));
