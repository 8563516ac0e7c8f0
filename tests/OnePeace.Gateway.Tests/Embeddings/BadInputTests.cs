using System.Net.Http.Headers;
using System.Text;
using OnePeace.Gateway.Tests.Hosting;

namespace OnePeace.Gateway.Tests.Embeddings;

[Collection(SharedPlatform.Name)]
public sealed class BadInputTests(Platform platform)
{
    [Theory]
    [InlineData("""{"input":[]}""", "input", "empty_input")]
    [InlineData("""{"input":{"content":[]}}""", "input.content", "empty_input")]
    [InlineData("""{"input":[{"content":[{}]}]}""", "input[0].content[0]", "invalid_request")]
    [InlineData("""{}""", "input", "invalid_request")]
    [InlineData("""{"input":null}""", "input", "invalid_request")]
    [InlineData("""{"input":["a",true]}""", "input[1]", "invalid_request")]
    [InlineData("""{"input":[1,2,3]}""", "input[0]", "token_ids_unsupported")]
    [InlineData("""{"input":[[1,2],[3]]}""", "input[0]", "token_ids_unsupported")]
    [InlineData("""{"input":["a",{"taste":"AAEC"}]}""", "input[1].taste", "unknown_modality")]
    [InlineData("""{"input":["a",{"image":"%%%"}]}""", "input[1].image", "invalid_base64")]
    [InlineData("""{"input":[{"image":"AAE"}]}""", "input[0].image", "invalid_base64")]
    [InlineData("""{"input":[{"image":"data:image/png,AAEC"}]}""", "input[0].image", "invalid_base64")]
    [InlineData("""{"input":[{"image":"data:image/png;base64"}]}""", "input[0].image", "invalid_base64")]
    [InlineData("""{"input":[{"image":"https://example.org/a.png"}]}""", "input[0].image", "remote_input")]
    [InlineData("""{"input":[{"image":5}]}""", "input[0].image", "invalid_request")]
    [InlineData("""{"input":[{"text":"a","image":"AAEC"}]}""", "input[0]", "invalid_request")]
    [InlineData("""{"input":[{}]}""", "input[0]", "invalid_request")]
    [InlineData("""{"input":[{"content":[{"text":"a"}],"fusion":"sum"}]}""", "input[0].fusion", "invalid_request")]
    [InlineData("""{"input":"a","encoding_format":"hex"}""", "encoding_format", "invalid_request")]
    [InlineData("""{"input":"a","dimensions":0}""", "dimensions", "invalid_request")]
    [InlineData("""{"input":"a","dimensions":17}""", "dimensions", "invalid_request")]
    [InlineData("""{"input":"a","dimensions":1.5}""", "dimensions", "invalid_request")]
    [InlineData("""{"input":"a","dimensions":99999999999999}""", "dimensions", "invalid_request")]
    [InlineData("""{"input":"a","model":7}""", "model", "invalid_request")]
    [InlineData("""{"input":"a","input":"b"}""", "input", "invalid_request")]
    [InlineData("""{"input":"a","temperature":1}""", "temperature", "unknown_parameter")]
    [InlineData("""[]""", null, "invalid_request")]
    [InlineData("""{"input":"a" """, null, "invalid_json")]
    [InlineData("""{"input":"a"} x""", null, "invalid_json")]
    [InlineData("""{"input":"\ud800"}""", null, "invalid_json")]
    [InlineData("""{"input":"a\nb""", null, "invalid_json")]
    [InlineData("", null, "invalid_json")]
    public async Task A_malformed_request_is_a_400_that_names_the_place(string json, string? param, string code)
    {
        var error = await (await platform.Client.EmbedAsync(json)).ErrorAsync(400);
        Assert.Equal(param, (string?)error["param"]);
        Assert.Equal(code, (string)error["code"]!);
        Assert.Equal("invalid_request_error", (string)error["type"]!);
    }

    [Theory]
    [InlineData("""{"input":null}""", "input must be a string, or an object such as {\"NAME\": ...} with a modality's name, or an array of these, but is null.")]
    [InlineData("""{"input":true}""", "input must be a string, or an object such as {\"NAME\": ...} with a modality's name, or an array of these, but is a boolean.")]
    [InlineData("""{"input":["a",null]}""", "input[1] must be a string, or an object such as {\"NAME\": ...} with a modality's name, but is null.")]
    [InlineData("""{"input":[]}""", "input is an empty array: send at least one string or item.")]
    [InlineData("""{"input":{"content":[]}}""", "input.content is an empty array: send at least one input.")]
    [InlineData("""{"input":[{"content":null}]}""", "input[0].content must be an array of inputs, but is null.")]
    [InlineData("""{"input":{"content":[{"text":"a"},null]}}""", "input.content[1] must be an object such as {\"NAME\": ...}, but is null.")]
    [InlineData("""{"input":[{"text":null}]}""", "input[0].text must be a string, but is null.")]
    [InlineData("""{"input":[{"image":5}]}""", "input[0].image must be a string of base64, but is a number.")]
    public async Task What_is_no_input_is_told_with_its_place_what_was_expected_and_what_came(string json, string message) =>
        Assert.Equal(message, (string)(await (await platform.Client.EmbedAsync(json)).ErrorAsync(400))["message"]!);

    [Theory]
    [InlineData("malformed", 400)]
    [InlineData("too large", 413)]
    [InlineData("unsupported", 415)]
    [InlineData("unusable", 422)]
    public async Task What_the_engine_rejects_is_a_4xx_that_names_the_item(string text, int status)
    {
        var error = await (await platform.Client.EmbedAsync($$"""{"input":["fine",{"text":"{{text}}"}]}""")).ErrorAsync(status);
        Assert.Equal("input[1].text", (string)error["param"]!);
        Assert.StartsWith("input[1].text: ", (string)error["message"]!);
    }

    [Theory]
    [InlineData("overloaded", "overloaded", 4)]
    [InlineData("late", "timeout", 2)]
    [InlineData("closed", "not_ready", 5)]
    public async Task Pressure_is_a_503_with_Retry_After(string text, string code, int seconds)
    {
        var response = await platform.Client.EmbedAsync($$"""{"input":"{{text}}"}""");
        Assert.Equal(TimeSpan.FromSeconds(seconds), response.Headers.RetryAfter!.Delta);
        Assert.Equal(code, (string)(await response.ErrorAsync(503))["code"]!);
    }

    [Fact]
    public async Task A_modality_that_was_detached_meanwhile_is_a_400() =>
        Assert.Equal("unknown_modality", (string)(await (await platform.Client.EmbedAsync("""{"input":"detached"}""")).ErrorAsync(400))["code"]!);

    [Fact]
    public async Task A_defect_of_the_server_shows_nothing_of_its_inside()
    {
        var error = await (await platform.Client.EmbedAsync("""{"input":"broken"}""")).ErrorAsync(500);
        Assert.DoesNotContain("secret", error.ToJsonString());
        Assert.Contains(platform.Logs.All, line => line.Contains("secret /path"));
    }

    [Fact]
    public async Task An_unknown_model_is_a_404()
    {
        var error = await (await platform.Client.EmbedAsync("""{"model":"gpt-5","input":"a"}""")).ErrorAsync(404);
        Assert.Equal("model_not_found", (string)error["code"]!);
        Assert.Equal("model", (string)error["param"]!);
    }

    [Fact]
    public async Task Nesting_beyond_the_limit_is_a_400()
    {
        var error = await (await platform.Client.EmbedAsync($$"""{"input":{{new string('[', 5000)}}""")).ErrorAsync(400);
        Assert.Contains((string)error["code"]!, new[] { "token_ids_unsupported", "invalid_json" });
        error = await (await platform.Client.EmbedAsync($$"""{{new string('[', 5000)}}""")).ErrorAsync(400);
    }

    [Fact]
    public async Task More_inputs_than_the_limit_are_a_400()
    {
        var texts = string.Join(',', Enumerable.Repeat("\"a\"", 513));
        var error = await (await platform.Client.EmbedAsync($$"""{"input":[{{texts}}]}""")).ErrorAsync(400);
        Assert.Equal("too_many_inputs", (string)error["code"]!);
        await (await platform.Client.EmbedAsync($$"""{"input":[{{texts[4..]}}]}""")).OkAsync();
    }

    [Fact]
    public async Task Invalid_UTF8_is_a_400()
    {
        var body = new ByteArrayContent([.. "{\"input\":\""u8, 0xff, 0xfe, .. "\"}"u8]);
        body.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        await (await platform.Client.PostAsync("/v1/embeddings", body)).ErrorAsync(400);
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("text/plain")]
    [InlineData("application/octet-stream")]
    public async Task Another_content_type_is_a_415(string contentType)
    {
        var body = new StringContent("""{"input":"a"}""", Encoding.UTF8, contentType);
        var error = await (await platform.Client.PostAsync("/v1/embeddings", body)).ErrorAsync(415);
        Assert.Equal("unsupported_media_type", (string)error["code"]!);
        Assert.Contains("application/json, application/x-msgpack", (string)error["message"]!);
    }

    [Fact]
    public async Task No_content_type_and_a_compressed_body_are_415s()
    {
        await (await platform.Client.PostAsync("/v1/embeddings", new ByteArrayContent("{}"u8.ToArray()))).ErrorAsync(415);
        var packed = new StringContent("""{"input":"a"}""", Encoding.UTF8, "application/json");
        packed.Headers.ContentEncoding.Add("gzip");
        await (await platform.Client.PostAsync("/v1/embeddings", packed)).ErrorAsync(415);
    }

    [Fact]
    public async Task Unknown_routes_and_methods_have_the_same_error_shape()
    {
        Assert.Equal("not_found", (string)(await (await platform.Client.GetAsync("/v1/nothing")).ErrorAsync(404))["code"]!);
        Assert.Equal("method_not_allowed", (string)(await (await platform.Client.GetAsync("/v1/embeddings")).ErrorAsync(405))["code"]!);
        await (await platform.Client.DeleteAsync("/v1/models")).ErrorAsync(405);
    }
}
