/// The command line: a client of our own HTTP API.
@NullMarked
package dev.drover.cli;

import org.jspecify.annotations.NullMarked;
