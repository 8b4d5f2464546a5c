#ifndef DOCKGATE_CLIBYAML_SHIM_H
#define DOCKGATE_CLIBYAML_SHIM_H

#include <yaml.h>

#endif
