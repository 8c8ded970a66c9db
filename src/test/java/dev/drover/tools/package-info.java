@NullMarked
package dev.drover.tools;

import org.jspecify.annotations.NullMarked;
