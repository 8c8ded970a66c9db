package dev.drover.store.blobs;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.drover.http.Payload;
import dev.drover.http.Request;
import dev.drover.store.BucketSettings;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import software.amazon.awssdk.checksums.DefaultChecksumAlgorithm;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.SignRequest;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;

/// Signs requests with the keys of a bucket (AWS Signature Version 4). The signature covers the
/// digest of the body, so the server refuses a body that was changed on the way. Safe for many
/// threads.
final class S3Signer {
  private final AwsV4HttpSigner signer = AwsV4HttpSigner.create();
  private final BucketSettings bucket;
  private final AwsCredentialsIdentity keys;

  S3Signer(BucketSettings bucket) {
    this.bucket = bucket;
    keys = AwsCredentialsIdentity.create(bucket.accessKey().reveal(), bucket.secretKey().reveal());
  }

  /// @throws UncheckedIOException if the file of the body cannot be read
  Request sign(S3Call call) {
    var signed = signer.sign(request -> fill(request, call)).request();
    var request = Request.of(call.method(), signed.getUri());
    for (var header : signed.headers().entrySet()) {
      if (!header.getKey().equalsIgnoreCase("host")) {
        request = request.with(header.getKey(), header.getValue().getFirst());
      }
    }
    return call.payload().map(request::sending).orElse(request);
  }

  private void fill(SignRequest.Builder<AwsCredentialsIdentity> request, S3Call call) {
    request
        .identity(keys)
        .request(unsigned(call))
        .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "s3")
        .putProperty(AwsV4HttpSigner.REGION_NAME, bucket.region())
        .putProperty(AwsV4HttpSigner.DOUBLE_URL_ENCODE, false)
        .putProperty(AwsV4HttpSigner.NORMALIZE_PATH, false)
        .putProperty(AwsV4HttpSigner.CHUNK_ENCODING_ENABLED, false)
        .putProperty(AwsV4HttpSigner.PAYLOAD_SIGNING_ENABLED, true);
    call.payload()
        .ifPresent(
            payload -> {
              request.payload(() -> stream(payload));
              if (payload instanceof Payload.FilePart) {
                request.putProperty(
                    AwsV4HttpSigner.CHECKSUM_ALGORITHM, DefaultChecksumAlgorithm.SHA256);
              }
            });
  }

  private SdkHttpRequest unsigned(S3Call call) {
    var endpoint = bucket.endpoint();
    var builder =
        SdkHttpRequest.builder()
            .method(SdkHttpMethod.fromValue(call.method()))
            .protocol(endpoint.getScheme())
            .host(bucket.pathStyle() ? host() : bucket.name() + "." + host())
            .encodedPath((bucket.pathStyle() ? "/" + bucket.name() : "") + "/" + call.key());
    if (endpoint.getPort() >= 0) {
      builder.port(endpoint.getPort());
    }
    call.query().forEach(builder::putRawQueryParameter);
    call.headers().forEach(builder::putHeader);
    return builder.build();
  }

  private String host() {
    return bucket.endpoint().getHost();
  }

  private static InputStream stream(Payload payload) {
    return switch (payload) {
      case Payload.Text(var text) -> new ByteArrayInputStream(text.getBytes(UTF_8));
      case Payload.Stream _, Payload.Measured _ ->
          throw new IllegalArgumentException("a stream cannot be signed");
      case Payload.FilePart part -> {
        try {
          yield part.open();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    };
  }
}
