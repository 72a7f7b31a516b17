// The program's door; everything is in the command line's own file so that tests can reach it.
#include "app/cli.h"

int main(int argc, char** argv) { return beamwright::app::run(argc, argv); }
