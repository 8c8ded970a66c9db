/// The tools that a model can call: the inventory of this server, and the toolbox of an agent,
/// which also has the client's custom tools.
@NullMarked
package dev.drover.tools;

import org.jspecify.annotations.NullMarked;
