/// Skills: directories with instructions and files that an agent reads when a task needs them. What
/// clients upload is checked here, and kept as one zip archive per version.
@NullMarked
package dev.drover.skills;

import org.jspecify.annotations.NullMarked;
