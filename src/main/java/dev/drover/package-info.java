/// Drover, an open, self-hosted Managed Agents server. [dev.drover.Main] connects the parts; only
/// this package names the leaves.
@NullMarked
package dev.drover;

import org.jspecify.annotations.NullMarked;
