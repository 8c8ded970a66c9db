/// SETTINGS OF THE OPERATOR: one tree of settings from a YAML file, the environment and flags. Each
/// part of Drover reads its own section strictly, in the code that it configures. This package does
/// not know the names of settings.
@NullMarked
package dev.drover.settings;

import org.jspecify.annotations.NullMarked;
