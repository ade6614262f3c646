#ifndef CKERNELS_H
#define CKERNELS_H

// The hot loops of the runtime.
//
// Every kernel is described by a plain struct that Swift fills once, when a plan is bound; running a kernel reads the
// struct and allocates nothing. Results depend on the struct alone, never on the number of threads.

#include "KernelColumns.h"
#include "KernelFewChannels.h"
#include "KernelIndex.h"
#include "KernelLoops.h"
#include "KernelMeasurement.h"
#include "KernelMemory.h"
#include "KernelMoments.h"
#include "KernelMove.h"
#include "KernelParallel.h"
#include "KernelRandom.h"
#include "KernelSpatial.h"
#include "KernelTile.h"
#include "KernelWinograd.h"

#endif
