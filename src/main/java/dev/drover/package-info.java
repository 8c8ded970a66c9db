/// Drover: an open, self-hosted Managed Agents server. [dev.drover.Main] wires the parts together
/// and alone names the leaves.
@NullMarked
package dev.drover;

import org.jspecify.annotations.NullMarked;
