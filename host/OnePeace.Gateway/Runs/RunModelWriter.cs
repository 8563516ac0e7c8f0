using System.Formats.Tar;
using Microsoft.AspNetCore.Http;
using OnePeace.Contracts.Runs;
using OnePeace.Gateway.Errors;

namespace OnePeace.Gateway.Runs;

/// <summary>A run's model as a tar, written as it is read from the silo that has it: nothing of it is kept here.</summary>
internal sealed class RunModelWriter(GatewayOptions options, IGrainFactory grains)
{
    public const string MediaType = "application/x-tar";

    public async Task WriteAsync(string id, HttpContext context)
    {
        var reply = await grains.GetTrainingRun(options.Core, id).ModelAsync();
        var model = reply.Model ?? throw new ApiException(RunErrors.From(reply.Fault!));
        var files = grains.GetRunFiles(options.Core, model.Worker);
        context.Response.ContentType = MediaType;
        context.Response.Headers.ContentDisposition = $"attachment; filename=\"{id}.tar\"";
        var tar = new TarWriter(context.Response.Body, TarEntryFormat.Pax, leaveOpen: true);
        foreach (var file in model.Files)
        {
            await using var content = new RunFileStream(files, id, $"{model.Folder}/{file.Name}", file.Bytes);
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, file.Name) { DataStream = content }, context.RequestAborted);
        }
        await tar.DisposeAsync();   // writes the end: not where something went wrong before
    }
}
