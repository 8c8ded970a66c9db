/// The client of MCP servers: what an agent's servers offer is listed, and calls are run by them. A
/// leaf: only the wiring names it, and it knows no brain.
@NullMarked
package dev.drover.mcp;

import org.jspecify.annotations.NullMarked;
