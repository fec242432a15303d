// libarchive, which unpacks the code packages of functions.
#ifndef FIREDRILL_CARCHIVE_H
#define FIREDRILL_CARCHIVE_H

#include <archive.h>
#include <archive_entry.h>

#endif
