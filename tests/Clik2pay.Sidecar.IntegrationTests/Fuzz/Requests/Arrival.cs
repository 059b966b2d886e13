using Clik2pay.Sidecar.IntegrationTests.Fuzz.Wire;

namespace Clik2pay.Sidecar.IntegrationTests.Fuzz.Requests;

/// <summary>A request that reached the provider.</summary>
/// <param name="ScriptId">The script whose marker it carries; null if the marker was changed.</param>
/// <param name="Request">The request as it arrived.</param>
internal sealed record Arrival(int? ScriptId, StrictMessage Request);
