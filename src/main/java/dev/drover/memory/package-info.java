/// Memory stores: small text documents by path, with every version that they ever had. The stores
/// themselves are resources of the catalog.
@NullMarked
package dev.drover.memory;

import org.jspecify.annotations.NullMarked;
