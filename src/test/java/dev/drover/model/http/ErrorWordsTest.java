package dev.drover.model.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// What is read of a server's error, by the shape of its body.
final class ErrorWordsTest {
  static Stream<Arguments> bodies() {
    return Stream.of(
        shape("{'type':'error','error':{'type':'t','message':'no'},'request_id':'r'}", "t: no"),
        shape("{'error':{'message':'no','type':'t','param':null,'code':null}}", "t: no"),
        shape("{'error':{'message':'no','type':null}}", "no"),
        shape("{'error':'no'}", "no"),
        shape("{'error':'no','message':''}", "no"),
        shape("{'message':'no'}", "no"),
        shape("{'msg':'no'}", "no"),
        shape("{'Message':'no'}", "no"),
        shape("{'detail':'no'}", "no"),
        shape("{'object':'error','message':'no','type':'t','param':null,'code':400}", "t: no"),
        shape("[{'error':{'code':400,'message':'no','status':'INVALID'}}]", "INVALID: no"),
        shape("[['no']]", "no"),
        shape("['no','never']", "no: never"),
        shape("{'error':{'error':{'error':{'message':'no'}}}}", "no"),
        shape("{'error':[{'message':'no'},{'message':'never'}]}", "no: never"),
        shape("{'errors':[{'message':'no','code':7003}],'success':false}", "no"),
        shape("{'errors':['no','never']}", "no: never"),
        shape("{'errors':'no'}", "no"),
        shape("{'errors':{'max_tokens':['no'],'n':['never']}}", "no: never"),
        shape("{'message':'no','errors':{'n':'never'}}", "no: never"),
        shape("{'choices':[{'error':{'message':'no','code':502},'text':'x'}]}", "no"),
        shape(
            "{'detail':[{'loc':['body','a',0,'b'],'msg':'no','type':'x','input':'SECRET'}]}",
            "a.0.b: no"),
        shape(
            "{'detail':[{'loc':['body'],'msg':'no'},{'loc':['body','b'],'msg':'never'}]}",
            "no: b: never"),
        shape(
            "{'object':'error','message':{'detail':[{'type':'x','loc':['body','b'],'msg':'no'}]},"
                + "'type':'t'}",
            "t: b: no"),
        shape("{'statusCode':400,'error':'Bad Request','message':'no'}", "Bad Request: no"),
        shape("{'error':'invalid_scope','error_description':'no'}", "invalid_scope: no"),
        shape("{'title':'Bad','detail':'no','status':400}", "no"),
        shape("{'code':'InvalidParameter','message':'no','request_id':'r'}", "no"),
        shape("{'code':'InvalidParameter'}", "InvalidParameter"),
        shape("{'__type':'ValidationException','message':'no'}", "ValidationException: no"),
        shape("{'base_resp':{'status_code':1004,'status_msg':'no'}}", "no"),
        shape("{'error_code':336,'error_msg':'no'}", "no"),
        shape("{'fault':{'faultstring':'no','detail':{'errorcode':'x'}}}", "no"),
        // routers that wrap what they were told
        shape("{'error':{'message':'{\\'error\\':{\\'message\\':\\'no\\'}}','code':400}}", "no"),
        shape("{'error':{'message':'[{\\'error\\':{\\'message\\':\\'no\\'}}]'}}", "no"),
        shape("{'error':{'message':'Upstream: 400 {\\'detail\\':\\'no\\'}'}}", "Upstream: 400: no"),
        shape("{'error':'{\\'message\\':\\'no\\'}'}", "no"),
        shape(
            "{'error':{'message':'Provider returned error','code':400,"
                + "'metadata':{'raw':'{\\'detail\\':\\'no\\'}','provider_name':'P'}}}",
            "Provider returned error: no"),
        shape(
            "{'error':{'message':'Provider returned error','metadata':{'raw':'no such key'}}}",
            "Provider returned error: no such key"),
        shape("400 {'type':'error','error':{'type':'t','message':'no'}}", "t: 400: no"),
        // no JSON
        shape("no", "no"),
        shape("  no\n\n", "no"),
        shape("{no", "{no"),
        shape("{'unknown':true}", "{'unknown':true}"),
        shape("data: {'error':{'message':'no'}}\n\ndata: [DONE]\n\n", "no"),
        shape("event: error\ndata: no\n\n", "no"),
        shape(
            "<html><head><title>404 Not Found</title></head><h1>404 Not Found</h1>",
            "404 Not Found"),
        shape(
            "<!DOCTYPE html><TITLE>\n a &amp; b</TITLE><body><h1 class=x>no<br>way</h1>",
            "a & b: no way"),
        shape(
            "<html><style>p{x}</style><script>alert()</script><p>no</p><!-- never --></html>",
            "no"),
        shape(
            "<?xml version='1.0'?><Error><Code>Denied</Code><Message>no</Message></Error>",
            "Denied no"),
        shape("<html", ""),
        shape("", ""),
        shape(
            "{'error_code':'BAD_REQUEST','message':'{\\'external_model_error\\':{\\'what\\':1}}'}",
            "{'external_model_error':{'what':1}}"),
        // LiteLLM's empty fields, and prefixes that stand twice
        shape("{'error':{'message':'no','type':'None','param':'None','code':'500'}}", "no"),
        shape("{'error':{'message':'None: no','type':null,'param':null,'code':'400'}}", "no"),
        shape(
            "{'error':{'message':'litellm.APIError: None: no','type':'None'}}",
            "litellm.APIError: no"),
        shape("{'error':{'message':'no','type':'null','code':'null'}}", "no"),
        shape("{'error':{'type':'t','message':'t: no'}}", "t: no"),
        shape("Error: Error: no", "Error: no"),
        shape("Error: Error: Error: no", "Error: no"),
        shape(
            "litellm.BadRequestError: litellm.BadRequestError: no", "litellm.BadRequestError: no"),
        shape("litellm.BadRequestError: BadRequestError: no", "litellm.BadRequestError: no"),
        shape("{'error':{'message':'a.RateLimit: RateLimit: None: no'}}", "a.RateLimit: no"),
        shape("None of the models is there", "None of the models is there"),
        shape("the error: Error: no", "the error: Error: no"),
        shape("null", ""),
        shape("''", ""),
        shape("{}", ""),
        shape("[]", ""),
        shape("[{}]", ""),
        shape("{'error':null}", ""),
        shape("{'error':{}}", ""),
        shape("{'error':{'message':' '}}", ""),
        shape("{'error':0}", "{'error':0}"),
        shape("{'modelStreamErrorException':{'message':'no'}}", "modelStreamErrorException: no"),
        shape("{'throttlingException':{'message':'slow'}}", "throttlingException: slow"));
  }

  private static Arguments shape(String body, String words) {
    return Arguments.of(body.replace('\'', '"'), words.replace('\'', '"'));
  }

  @ParameterizedTest
  @MethodSource("bodies")
  void theWordsAreFoundWhateverTheShape(String body, String words) {
    var found = ErrorWords.of(body);
    assertThat(found.shown()).isEqualTo(words);
    assertThat(found.shown()).doesNotContain("SECRET");
  }

  @Test
  void theNamesOfWhatIsWrongAreKept() {
    var names =
        ErrorWords.of(
            """
            {"detail": [{"loc": ["body", "stream_options"], "msg": "no"}],
             "error": {"param": "tools[0].function", "message": "no"}}
            """);
    assertThat(names.names()).containsExactlyInAnyOrder("stream_options", "tools[0].function");
  }

  @Test
  void theStatusThatAnErrorCarriesIsRead() {
    for (var body :
        List.of(
            "{\"error\":{\"code\":429,\"message\":\"no\"}}",
            "{\"error\":{\"code\":\"429\"}}",
            "{\"status\":429,\"title\":\"no\"}",
            "{\"object\":\"error\",\"status_code\":429}")) {
      assertThat(ErrorWords.of(body).status()).as(body).contains(429);
    }
    assertThat(ErrorWords.of("{\"code\":42}").status()).isEmpty();
  }

  @Test
  void aBodyThatIsNestedWithoutEndIsReadWithinBounds() {
    Json wrapped = Json.of("the end");
    for (int i = 0; i < 40; i++) {
      wrapped = Json.obj("error", wrapped);
    }
    assertThat(ErrorWords.of(wrapped.toString()).shown()).hasSizeLessThan(4_100);
    assertThat(ErrorWords.of("[".repeat(60_000)).shown()).hasSizeLessThan(4_100);
    assertThat(ErrorWords.of("{\"error\":".repeat(6_000)).shown()).hasSizeLessThan(4_100);
    assertThat(ErrorWords.of("<a".repeat(30_000)).shown()).hasSizeLessThan(60_100);
    assertThat(ErrorWords.of("<title>".repeat(9_000)).shown()).hasSizeLessThan(60_100);
  }
}
