using System.Globalization;
using System.Text.Json.Nodes;
using OnePeace.Platform.Tests.Modalities;

namespace OnePeace.Platform.Tests.Page;

/// <summary>The page in a browser, as somebody uses it who has just started the server.</summary>
[Collection(SharedBrowser.Name)]
public sealed class PageTests(BrowsedPlatform browsed)
{
    private const string Circle = "a small red circle at the top left", Disc = "a tiny crimson disc, upper left", Star = "a big blue star on the bottom right";

    [Fact]
    public async Task With_the_key_it_shows_what_serves_and_nothing_fails()
    {
        await using var page = await browsed.OpenAsync();
        await page.SeesAsync("#state", "ready");
        Assert.Empty(await page.TextsAsync("#serving, #happened, #training, #error, #notice"));
        Assert.Contains("paste the key", Assert.Single(await page.TextsAsync("#timing")));

        await page.UseKeyAsync(browsed.Platform.Key);
        await page.SeesAsync("#model", "Core");
        await page.SeesAsync("#modalities", "text");
        Assert.Equal("audio ready, image ready, text ready", await page.ReadAsync<string>("() => [...document.querySelectorAll('#modalities > li')].map(li => `${li.querySelector('h4').innerText} ${li.querySelector('.pill').innerText}`).join(', ')"));
        Assert.Equal("This model takes files for: audio, image", Assert.Single(await page.TextsAsync("#accepted")));
        Assert.Contains("64", Assert.Single(await page.TextsAsync("#model")));
        Assert.Contains("knows only generated scenes", Assert.Single(await page.TextsAsync("#notice")));
        Assert.Equal("", await page.ReadAsync<string>("() => document.getElementById('key').value"));
        Assert.Empty(page.Faults);
    }

    [Fact]
    public async Task Texts_and_a_picture_are_compared_by_what_they_mean()
    {
        await using var page = await browsed.OpenWithKeyAsync();
        Assert.Equal(string.Join('\n', Circle, Disc, Star), string.Join('\n', await page.TextsAsync("#items .name")));
        await page.PressAsync("Remove " + Star);
        await page.TypeAsync("#text", Star);
        await page.PressAsync("Add texts");
        var (picture, caption) = Pair();
        await page.TypeAsync("#text", caption);
        await page.PressAsync("Add texts");
        await page.ChooseAsync("#files", picture);
        await page.SeesAsync("#items", Path.GetFileName(picture));
        Assert.Equal("image", await page.ReadAsync<string>("() => document.querySelector('#items select').value"));
        await page.PressAsync("Compare");
        await page.SeesAsync("#timing", "5 vectors of 64 dimensions");

        using var http = browsed.Platform.Client(browsed.Platform.Key);
        var vectors = new List<float[]>();
        foreach (var text in new[] { Circle, Disc, Star, caption }) vectors.Add(await http.EmbedAsync("text", text));
        vectors.Add(await http.EmbedAsync("image", Convert.ToBase64String(await File.ReadAllBytesAsync(picture))));
        var shown = (await page.TextsAsync("#matrix tbody td")).Select(cell => double.Parse(cell, CultureInfo.InvariantCulture)).Chunk(5).ToArray();
        for (var row = 0; row < 5; row++)
            for (var column = 0; column < 5; column++)
                Assert.Equal(vectors[row].Zip(vectors[column], (a, b) => (double)a * b).Sum(), shown[row][column], tolerance: 0.002);
        Assert.True(shown[0][1] > shown[0][2] + 0.2, $"'{Circle}' is as near to '{Disc}' ({shown[0][1]}) as to '{Star}' ({shown[0][2]}).");
        Assert.Equal(3, Array.IndexOf(shown[4], shown[4][..4].Max()));   // the picture is nearest to its own caption
        Assert.True(await page.ReadAsync<bool>("() => document.querySelector('#matrix tbody img').naturalWidth > 0"));
        await page.ShouldFitAsync(400);
        await page.ShouldFitAsync(1200);

        await page.PressAsync("Clear");
        await page.SeesNoAsync("#items li, #matrix");
        Assert.Empty(page.Faults);
    }

    [Theory]
    [InlineData("op_somebody_elses")]
    [InlineData("op_…")]
    public async Task A_wrong_key_is_said_in_words_and_the_right_one_works_after_it(string wrong)
    {
        await using var page = await browsed.OpenAsync();
        await page.UseKeyAsync(wrong);
        await page.SeesAsync("#error", "This is not the key of this server. It is the last word of the line that the server printed");
        Assert.Empty(await page.TextsAsync("#serving, #happened, #training, #forget"));
        Assert.All(page.Faults, fault => Assert.Contains("401", fault));

        await page.UseKeyAsync($"ready {browsed.Platform.Url} {browsed.Platform.Key}");   // the whole line
        await page.SeesAsync("#modalities", "text");
        await page.SeesNoAsync("#error");
    }

    [Fact]
    public async Task After_forget_nothing_of_the_server_is_shown_not_even_by_an_answer_that_comes_late()
    {
        await using var page = await browsed.OpenWithKeyAsync();
        await page.PressAsync("Forget");
        await page.SeesNoAsync("#serving, #happened, #training");
        await page.ReadAsync<bool>("""
            () => {
              const real = fetch;
              window.fetch = async (path, ...more) => {
                const response = await real(path, ...more);
                if (path !== '/v1/models')
                  return response;
                const answer = await response.json();
                await new Promise(go => { window.answerNow = go; });
                return { status: response.status, json: async () => answer };
              };
              return true;
            }
            """);
        await page.UseKeyAsync(browsed.Platform.Key);
        await page.UntilAsync("() => Boolean(window.answerNow) && document.querySelectorAll('#modalities li').length > 0");
        await page.PressAsync("Forget");
        await page.ReadAsync<bool>("async () => { answerNow(); await new Promise(go => setTimeout(go)); return true; }");
        Assert.Empty(await page.TextsAsync("#serving, #happened, #training, #modalities li, #error"));
        Assert.Empty(page.Faults);
    }

    [Fact]
    public async Task Text_can_be_dropped_into_the_field_for_texts_while_files_are_taken_by_the_page()
    {
        await using var page = await browsed.OpenAsync();
        const string drop = """
            files => {
              const data = new DataTransfer();
              if (files)
                data.items.add(new File(['a blue star'], 'star.txt', { type: 'text/plain' }));
              else
                data.setData('text/plain', 'a blue star');
              return !document.getElementById('text').dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: data }));
            }
            """;
        Assert.False(await page.ReadAsync<bool>(drop, false));
        Assert.True(await page.ReadAsync<bool>(drop, true));
        await page.SeesAsync("#items", "star.txt");
        Assert.Empty(page.Faults);
    }

    [Fact]
    public void Without_a_browser_the_tests_say_what_to_install()
    {
        var message = Assert.Throws<InvalidOperationException>(() => HeadlessBrowser.Find(browsed.Folder[""])).Message;
        Assert.Contains("apt-get install chromium", message);
    }

    /// <summary>A picture that the data set has, and its caption.</summary>
    private (string Picture, string Caption) Pair()
    {
        var line = File.ReadLines(browsed.Folder["pairs/validation-text-image.jsonl"]).First();
        var pair = JsonNode.Parse(line)!;
        return (browsed.Folder[$"pairs/{pair["image"]}"], (string)pair["text"]!);
    }
}
