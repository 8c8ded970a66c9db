/// THE COMMAND LINE: a client of Drover's own HTTP API.
@NullMarked
package dev.drover.cli;

import org.jspecify.annotations.NullMarked;
