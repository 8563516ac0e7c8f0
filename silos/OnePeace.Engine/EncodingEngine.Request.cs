using System.Runtime.ExceptionServices;
using OnePeace.Engine.Batching;
using OnePeace.Engine.Hosting;
using OnePeace.Engine.Residency;
using OnePeace.Engine.Results;
using OnePeace.Engine.Serving;
using OnePeace.Modalities;

namespace OnePeace.Engine;

public sealed partial class EncodingEngine
{
    /// <summary>One request on its way: its items run at once, and the first that fails ends them all.</summary>
    private sealed class EncodeRequest(EncodeWork work, DateTimeOffset deadline, EncodingEngine engine) : IDisposable
    {
        private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(1);

        private readonly VersionLeases _versions = engine._modalities.Lease(work.Items.SelectMany(item => item.Parts).Select(part => part.Modality));
        private Exception? _failure;

        public async Task<IReadOnlyList<Embedding>> RunAsync(CancellationToken cancellation)
        {
            var left = deadline - engine._time.GetUtcNow();
            if (left <= TimeSpan.Zero) throw Late();
            var kept = await RequestResults.OfAsync(engine._results, engine._facts, work, _versions).ConfigureAwait(false);
            var vectors = work.Items.Select((_, i) => kept?.Find(i)).ToArray();
            int[] missing = [.. Enumerable.Range(0, vectors.Length).Where(i => vectors[i] is null)];
            if (missing.Length > 0) await EncodeAsync(missing, vectors, left, cancellation).ConfigureAwait(false);
            foreach (var i in missing) kept?.Keep(i, vectors[i]!);
            return vectors!;
        }

        public void Dispose() => _versions.Dispose();

        private async Task EncodeAsync(int[] missing, Embedding?[] vectors, TimeSpan left, CancellationToken cancellation)
        {
            using var admission = Admit(missing);
            using var timer = new CancellationTokenSource(left < LongestTimer ? left : LongestTimer, engine._time);
            using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timer.Token);
            try
            {
                await Task.WhenAll(missing.Select(async i => vectors[i] = await RunAsync(work.Items[i], i, admission, end).ConfigureAwait(false))).ConfigureAwait(false);
            }
            catch (Exception)
            {
                cancellation.ThrowIfCancellationRequested();
                if (_failure is not null and not OperationCanceledException) ExceptionDispatchInfo.Throw(_failure);
                if (timer.IsCancellationRequested) throw Late();
                throw;
            }
        }

        private static TimeoutException Late() => new("The deadline passed before the work was done.");

        private Admission Admit(int[] missing)
        {
            var items = missing.Select(i => work.Items[i]).ToList();
            try
            {
                return engine._queue.Admit(work.Tenant, items.Sum(Sequences), items.Sum(item => item.Parts.Sum(part => (long)engine._preparation.ExpectedTokens(part.Modality))), deadline);
            }
            catch (EngineOverloadedException)
            {
                engine._metrics.Overloaded();
                throw;
            }
        }

        private static int Sequences(EncodeItem item) => item.Fusion == Fusion.Joint ? 1 : item.Parts.Count;

        private async Task<Embedding> RunAsync(EncodeItem item, int index, Admission admission, CancellationTokenSource end)
        {
            try
            {
                return await EncodeAsync(item, index, admission, end.Token).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                Interlocked.CompareExchange(ref _failure, e, null);
                await end.CancelAsync().ConfigureAwait(false);
                throw;
            }
        }

        private async Task<Embedding> EncodeAsync(EncodeItem item, int index, Admission admission, CancellationToken end)
        {
            try
            {
                return item.Fusion == Fusion.Joint
                    ? await EncodeJointlyAsync(item, index, admission, end).ConfigureAwait(false)
                    : await EncodeAndAddAsync(item, index, admission, end).ConfigureAwait(false);
            }
            catch (UnencodableException e)
            {
                engine._metrics.Rejected(InputFault.Unusable);
                throw new ItemRejectedException(index, InputFault.Unusable, e.Message, e);
            }
            catch (ItemRejectedException e)
            {
                engine._metrics.Rejected(e.Fault);
                throw;
            }
        }

        private async Task<Embedding> EncodeJointlyAsync(EncodeItem item, int index, Admission admission, CancellationToken end)
        {
            var parts = await Task.WhenAll(item.Parts.Select(part => PrepareAsync(part, index, end))).ConfigureAwait(false);
            var tokens = parts.Sum(part => part.Input.Tokens);
            if (tokens > engine._options.MaxJointTokens)
                throw new ItemRejectedException(index, InputFault.TooLarge,
                    $"A joint sequence holds at most {engine._options.MaxJointTokens:N0} tokens, but this one has {tokens:N0}: send fewer parts, or fuse by mean.");
            return await SubmitAsync(parts, index, admission, end).ConfigureAwait(false);
        }

        private async Task<Embedding> EncodeAndAddAsync(EncodeItem item, int index, Admission admission, CancellationToken end)
        {
            var encoded = await Task.WhenAll(item.Parts.Select(async part =>
                await SubmitAsync([await PrepareAsync(part, index, end).ConfigureAwait(false)], index, admission, end).ConfigureAwait(false))).ConfigureAwait(false);
            return encoded.Length == 1 ? encoded[0] : new Embedding(MeanFusion.Fuse(encoded.Select(e => e.Vector)), encoded.Sum(e => e.Tokens));
        }

        private Task<PreparedPart> PrepareAsync(EncodePart part, int index, CancellationToken end) =>
            engine._preparation.PrepareAsync(part, _versions[part.Modality], work.Tenant, index, end);

        private async Task<Embedding> SubmitAsync(IReadOnlyList<PreparedPart> parts, int index, Admission admission, CancellationToken end)
        {
            end.ThrowIfCancellationRequested();   // before weights are loaded for nobody
            var job = new EncodeJob(parts, await ResideAsync(parts, index, end).ConfigureAwait(false));
            var entry = new QueueEntry<EncodeJob>(job, work.Tenant, job.Lane, job.Tokens, deadline) { Parts = [.. job.Parts.Select(part => part.Input.Tokens)] };
            engine._queue.Enqueue(entry, admission);
            using var leaving = end.UnsafeRegister(_ => Leave(entry, end), null);
            if (engine._unavailable is { } unavailable && engine._queue.Remove(entry))
            {
                job.LeaveDevice();
                throw unavailable;
            }
            foreach (var server in engine._servers) server.Wake();
            return new Embedding(await job.Vector.ConfigureAwait(false), job.Tokens);
        }

        private async Task<Residents> ResideAsync(IReadOnlyList<PreparedPart> parts, int index, CancellationToken end)
        {
            try
            {
                return await engine._residency.AcquireAsync([.. parts.Select(part => part.Version.Seat)], end).ConfigureAwait(false);
            }
            catch (NoRoomException e)
            {
                throw new ItemRejectedException(index, InputFault.TooLarge, "The modalities of this item do not fit into the device's memory at one time: fuse them by mean.", e);
            }
        }

        private void Leave(QueueEntry<EncodeJob> entry, CancellationToken end)
        {
            if (engine._queue.Remove(entry))
            {
                engine._metrics.Dropped(DropReason.Cancelled);
                entry.Value.LeaveDevice();
            }
            entry.Value.Cancel(end);
        }
    }
}
