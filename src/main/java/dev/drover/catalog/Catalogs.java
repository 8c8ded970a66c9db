package dev.drover.catalog;

/// The catalogs of a store: one for each kind of resource.
public interface Catalogs {
  <T> Catalog<T> of(ResourceKind<T> kind);
}
