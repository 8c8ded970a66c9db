/// Values of the catalog.
@NullMarked
package dev.drover.catalog;

import org.jspecify.annotations.NullMarked;
