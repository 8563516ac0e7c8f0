using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using OnePeace.Platform.Tests.Processes;

namespace OnePeace.Platform.Tests;

/// <summary>Bad input through the front doors: a clear refusal, and nobody else notices.</summary>
public sealed class BadInputTests : IDisposable
{
    private static readonly byte[] Photo = File.ReadAllBytes(TestData.Reference("image/inputs/a_scene.jpg"));
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Every_bad_request_is_refused_by_name_and_the_next_good_one_is_answered_as_before()
    {
        await using var platform = await RunningPlatform.StartAsync(_folder["data"]);
        using var http = platform.Client(platform.Key);
        var before = await Good(http);

        await Refused(http, """{"input": []}""", HttpStatusCode.BadRequest, "input");
        await Refused(http, """{"input": [{"smell": "AAAA"}]}""", HttpStatusCode.BadRequest, "input[0].smell");
        await Refused(http, """{"input": ["fine", {"image": "not base64!"}]}""", HttpStatusCode.BadRequest, "input[1].image");
        await Refused(http, """{"input": [{"image": ""}]}""", HttpStatusCode.UnprocessableEntity, "input[0].image");
        await Refused(http, Item("image", Photo[..(Photo.Length / 2)]), HttpStatusCode.UnprocessableEntity, "input[0].image");
        await Refused(http, Item("image", HugePngHeader()), HttpStatusCode.RequestEntityTooLarge, "input[0].image");
        await Refused(http, Item("audio", Wave([])), HttpStatusCode.UnprocessableEntity, "input[0].audio");
        await Refused(http, Item("audio", Wave([0.5f, float.NaN])), HttpStatusCode.UnprocessableEntity, "input[0].audio");
        await Refused(http, Item("audio", "RIFF"u8.ToArray()), HttpStatusCode.UnsupportedMediaType, "input[0].audio");
        await Refused(http, new JsonObject { ["input"] = new string('a', 1 << 20) }.ToJsonString(), HttpStatusCode.RequestEntityTooLarge, "input");
        await Refused(http, """{"input": "a", "model": "gpt-9"}""", HttpStatusCode.NotFound, "model");
        await Refused(http, "{\"input\": ", HttpStatusCode.BadRequest, null);

        Assert.Equal(before, await Good(http));
    }

    [Fact]
    public async Task A_checkpoint_that_would_call_the_system_is_refused_by_the_name_of_what_it_calls()
    {
        var path = _folder.Write("evil.pt", Checkpoint("cos\nsystem\n(S'echo harmed > /dev/null'\ntR."));
        foreach (var command in new[] { "inspect", "convert" })
            (await CommandRun.OfAsync([command, path, .. command == "convert" ? new[] { _folder["out"] } : []])).ShouldFail(1, "os.system");
        (await CommandRun.OfAsync("up", "--model", path, "--port", "0", "--data", _folder["data"])).ShouldFail(1, "os.system");
    }

    [Fact]
    public async Task A_safetensors_header_of_a_gigabyte_is_refused()
    {
        var model = _folder["model"];
        (await CommandRun.OfAsync("convert", TestData.DemoModel, model)).ShouldSucceed();
        File.WriteAllBytes(Path.Combine(model, "core.safetensors"), [.. BitConverter.GetBytes(1L << 30), .. "{}"u8]);
        (await CommandRun.OfAsync("embed", "--model", model, "--text", "a", "--out", _folder["x.npy"])).ShouldFail(1, "header");
        Assert.False(File.Exists(_folder["x.npy"]));
    }

    [Theory]
    [InlineData("--image", "truncated.jpg", "image")]
    [InlineData("--audio", "nan.wav", "finite")]
    [InlineData("--image", "missing.png", "no such file")]
    public async Task A_bad_file_ends_embed_with_one_line_that_names_it(string option, string file, string reason)
    {
        _folder.Write("truncated.jpg", Photo[..(Photo.Length / 2)]);
        _folder.Write("nan.wav", Wave([float.NaN]));
        (await CommandRun.OfAsync("embed", "--model", TestData.DemoModel, option, _folder[file], "--out", _folder["x.npy"])).ShouldFail(1, file, reason);
    }

    [Fact]
    public async Task Bad_usage_has_an_exit_code_of_its_own()
    {
        (await CommandRun.OfAsync("embed", "--model", TestData.DemoModel, "--out", "x.npy")).ShouldFail(2, "nothing to embed");
        (await CommandRun.OfAsync("embed", "--model", TestData.DemoModel, "--text", "a", "--out", "x.parquet")).ShouldFail(2, ".safetensors");
        (await CommandRun.OfAsync("frobnicate")).ShouldFail(2, "frobnicate");
    }

    private static async Task<string> Good(HttpClient http)
    {
        using var response = await http.PostAsJsonAsync("v1/embeddings", JsonNode.Parse(Item("image", Photo)));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!["data"]!.ToJsonString();
    }

    private static async Task Refused(HttpClient http, string body, HttpStatusCode status, string? param)
    {
        using var response = await http.PostAsync("v1/embeddings", new StringContent(body, Encoding.UTF8, "application/json"));
        var answer = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == status, $"expected {status}, got {response.StatusCode}: {answer} for {body[..Math.Min(80, body.Length)]}");
        var error = JsonNode.Parse(answer)!["error"]!;
        if (param is not null) Assert.StartsWith(param, (string?)error["param"]);
        Assert.NotEmpty((string)error["message"]!);
        Assert.DoesNotContain(RepositoryFolder.Root, (string)error["message"]!);
    }

    private static string Item(string modality, byte[] bytes) =>
        new JsonObject { ["input"] = new JsonArray(new JsonObject { [modality] = Convert.ToBase64String(bytes) }) }.ToJsonString();

    /// <summary>A PNG that claims 60,000 x 60,000 pixels.</summary>
    private static byte[] HugePngHeader()
    {
        byte[] chunk = [.. "IHDR"u8, 0, 0, 0xEA, 0x60, 0, 0, 0xEA, 0x60, 8, 2, 0, 0, 0];
        var crc = BitConverter.GetBytes(Crc32(chunk));
        Array.Reverse(crc);
        return [0x89, .. "PNG\r\n\u001a\n"u8, 0, 0, 0, 13, .. chunk, .. crc, 0, 0, 0, 0, .. "IDAT"u8, 0x35, 0xAF, 0x06, 0x1E];
    }

    private static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
        }
        return ~crc;
    }

    private static byte[] Wave(float[] samples)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write("RIFF"u8);
        writer.Write(36 + (samples.Length * 4));
        writer.Write("WAVEfmt "u8);
        foreach (var value in new[] { 16, 0x0001_0003, 16_000, 64_000, 0x0020_0004 }) writer.Write(value);
        writer.Write("data"u8);
        writer.Write(samples.Length * 4);
        foreach (var sample in samples) writer.Write(sample);
        return stream.ToArray();
    }

    private static byte[] Checkpoint(string pickle)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            using (var entry = zip.CreateEntry("archive/data.pkl", CompressionLevel.NoCompression).Open()) entry.Write(Encoding.ASCII.GetBytes(pickle));
            using (var entry = zip.CreateEntry("archive/version", CompressionLevel.NoCompression).Open()) entry.Write("3\n"u8);
        }
        return stream.ToArray();
    }
}
