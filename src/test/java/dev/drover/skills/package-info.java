@NullMarked
package dev.drover.skills;

import org.jspecify.annotations.NullMarked;
