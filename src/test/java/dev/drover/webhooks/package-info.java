@NullMarked
package dev.drover.webhooks;

import org.jspecify.annotations.NullMarked;
