#ifndef DOCKGATE_CMALLOC_SHIM_H
#define DOCKGATE_CMALLOC_SHIM_H

#include <malloc.h>

#endif
