using Microsoft.OpenApi;
using OnePeace.Gateway.Tests.Hosting;

namespace OnePeace.Gateway.Tests.OpenApi;

[Collection(SharedPlatform.Name)]
public sealed class OpenApiDocumentTests(Platform platform)
{
    [Fact]
    public async Task The_document_is_valid_and_describes_every_route()
    {
        var parsed = OpenApiDocument.Parse(await platform.Client.GetStringAsync("/openapi/v1.json"), "json");
        Assert.Empty(parsed.Diagnostic!.Errors);
        Assert.Equal(["/healthz", "/readyz", "/v1/embeddings", "/v1/events", "/v1/modalities", "/v1/modalities/{name}", "/v1/models", "/v1/models/{id}",
            "/v1/runs", "/v1/runs/{id}", "/v1/runs/{id}/cancel", "/v1/runs/{id}/events", "/v1/runs/{id}/model", "/v1/runs/{id}/pause", "/v1/runs/{id}/resume"],
            parsed.Document!.Paths.Keys.Order());
    }

    [Fact]
    public async Task Embeddings_have_a_request_and_an_answer_with_their_unions()
    {
        var document = OpenApiDocument.Parse(await platform.Client.GetStringAsync("/openapi/v1.json"), "json").Document!;
        var post = document.Paths["/v1/embeddings"].Operations![HttpMethod.Post];
        Assert.Equal(["application/json", "application/x-msgpack"], post.RequestBody!.Content!.Keys.Order());
        var input = post.RequestBody.Content["application/json"].Schema!.Properties!["input"];
        Assert.Equal(3, input.OneOf!.Count);
        var row = post.Responses!["200"].Content!["application/json"].Schema!.Properties!["data"].Items!;
        Assert.Equal(2, row.Properties!["embedding"].OneOf!.Count);
        Assert.Equal(["200", "400", "401", "404", "413", "415", "422", "503"], post.Responses.Keys.Order());
        Assert.Contains("error", post.Responses["422"].Content!["application/json"].Schema!.Properties!.Keys);
    }

    [Fact]
    public async Task Changes_to_modalities_say_what_they_take_and_how_they_fail()
    {
        var document = OpenApiDocument.Parse(await platform.Client.GetStringAsync("/openapi/v1.json"), "json").Document!;
        var add = document.Paths["/v1/modalities"].Operations![HttpMethod.Post];
        Assert.Equal(["application/octet-stream", "application/vnd.onepeace.modality", "application/zip"], add.RequestBody!.Content!.Keys.Order());
        Assert.Equal(["200", "201", "202", "400", "401", "403", "404", "409", "413", "415", "422", "503", "507"], add.Responses!.Keys.Order());
        var one = document.Paths["/v1/modalities/{name}"].Operations!;
        Assert.Equal(["200", "202", "400", "401", "403", "404", "409", "413", "415", "422", "503"], one[HttpMethod.Put].Responses!.Keys.Order());
        Assert.Equal(["200", "202", "401", "404", "409", "503"], one[HttpMethod.Delete].Responses!.Keys.Order());
        Assert.Equal(["version"], one[HttpMethod.Put].RequestBody!.Content!["application/json"].Schema!.Properties!.Keys);
        Assert.Contains("reason", one[HttpMethod.Get].Responses!["200"].Content!["application/json"].Schema!.Properties!["versions"].Items!.Properties!.Keys);
    }

    [Fact]
    public async Task Training_runs_say_what_they_take_what_they_tell_and_how_they_fail()
    {
        var document = OpenApiDocument.Parse(await platform.Client.GetStringAsync("/openapi/v1.json"), "json").Document!;
        var submit = document.Paths["/v1/runs"].Operations![HttpMethod.Post];
        Assert.Equal(["data", "name", "publish", "recipe", "seed", "version"], submit.RequestBody!.Content!["application/json"].Schema!.Properties!.Keys.Order());
        Assert.Equal(["200", "201", "400", "401", "404", "409", "413", "415", "422", "503"], submit.Responses!.Keys.Order());
        Assert.Contains("curve", document.Paths["/v1/runs/{id}"].Operations![HttpMethod.Get].Responses!["200"].Content!["application/json"].Schema!.Properties!.Keys);
        var model = document.Paths["/v1/runs/{id}/model"].Operations![HttpMethod.Get].Responses!;
        Assert.Equal(["200", "401", "404", "409", "503"], model.Keys.Order());
        Assert.Equal("binary", model["200"].Content!["application/x-tar"].Schema!.Format);
        Assert.Equal(["text/event-stream"], document.Paths["/v1/runs/{id}/events"].Operations![HttpMethod.Get].Responses!["200"].Content!.Keys);
    }
}
