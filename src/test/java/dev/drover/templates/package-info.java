@NullMarked
package dev.drover.templates;

import org.jspecify.annotations.NullMarked;
