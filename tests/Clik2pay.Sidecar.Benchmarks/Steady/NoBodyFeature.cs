using Microsoft.AspNetCore.Http.Features;

namespace Clik2pay.Sidecar.Benchmarks.Steady;

/// <summary>Marks a request as one without a body, as the server does.</summary>
internal sealed class NoBodyFeature : IHttpRequestBodyDetectionFeature
{
    public bool CanHaveBody => false;
}
