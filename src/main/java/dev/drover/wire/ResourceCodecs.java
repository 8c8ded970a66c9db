package dev.drover.wire;

import java.util.List;

/// The codecs of all kinds of resources of this version, for the stores and the API.
public final class ResourceCodecs {
  public static final List<ResourceCodec<?>> ALL =
      List.of(AgentCodec.CODEC, EnvironmentCodec.CODEC, MemoryStoreCodec.CODEC, VaultCodec.CODEC);

  private ResourceCodecs() {}
}
