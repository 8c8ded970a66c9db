/// WHAT THE OPERATOR SETS: one tree of settings, from a YAML file, the environment and flags. Each
/// part reads its own section of it, strictly, next to what it configures. Nothing here knows a
/// setting by name.
@NullMarked
package dev.drover.settings;

import org.jspecify.annotations.NullMarked;
