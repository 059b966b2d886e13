using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using Clik2pay.Simulator.Options;
using Clik2pay.Simulator.Rules;
using Clik2pay.Simulator.Transactions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Clik2pay.Simulator.Payer;

/// <summary>The page behind a payment link, where a person pays or lets the payment fail.</summary>
internal static class PayerPages
{
    private static readonly string Template = ReadTemplate();

    public static void MapPayerPages(this WebApplication app)
    {
        var transactions = app.Services.GetRequiredService<TransactionStore>();
        app.MapGet("/r/{shortCode}", context => ShowAsync(context, transactions));
        app.MapPost("/r/{shortCode}/pay", context => ApplyAsync(context, transactions, TransactionAction.Pay));
        app.MapPost("/r/{shortCode}/fail", context => ApplyAsync(context, transactions, TransactionAction.Fail));
    }

    /// <summary>Opening the page counts as following the link.</summary>
    private static Task ShowAsync(HttpContext context, TransactionStore transactions)
    {
        if (Find(context, transactions) is not { } request)
            return WriteAsync(context, StatusCodes.Status404NotFound, "Unknown payment link", "<p>There is no such payment request.</p>");

        var followed = transactions.TryApply(TransactionKind.PaymentRequest, request.Id, TransactionAction.FollowLink);
        return WriteRequestAsync(context, StatusCodes.Status200OK, followed.Transaction ?? request, problem: null);
    }

    private static async Task ApplyAsync(HttpContext context, TransactionStore transactions, TransactionAction action)
    {
        // A page of another site must not pay on behalf of the person who has it open.
        if (context.Request.Headers["Sec-Fetch-Site"] is not ([] or ["same-origin"]))
        {
            await WriteAsync(context, StatusCodes.Status403Forbidden, "Refused", "<p>Open the payment link itself to pay.</p>");
            return;
        }

        if (Find(context, transactions) is not { } request)
        {
            await WriteAsync(context, StatusCodes.Status404NotFound, "Unknown payment link", "<p>There is no such payment request.</p>");
            return;
        }

        var form = context.Request.HasFormContentType ? await context.Request.ReadFormAsync(context.RequestAborted) : FormCollection.Empty;
        var entered = form["amount"].ToString();
        decimal? amount = null;
        if (entered.Length > 0)
        {
            // Text that isn't a number is outside every range.
            amount = decimal.TryParse(entered, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : 0;
        }

        var change = transactions.TryApply(TransactionKind.PaymentRequest, request.Id, action, amount);
        if (change.Violation is { Problem: var problem })
            await WriteRequestAsync(context, StatusCodes.Status409Conflict, request, problem);
        else
            context.Response.Redirect($"/r/{request.ShortCode}"); // so that a reload does not send the form again
    }

    private static Transaction? Find(HttpContext context, TransactionStore transactions) =>
        transactions.FindByShortCode((string)context.GetRouteValue("shortCode")!);

    private static Task WriteRequestAsync(HttpContext context, int status, Transaction request, string? problem)
    {
        var payer = Rule.Text(request.Sent["payer"]?["name"]);
        var rows = new (string Label, string? Value)[]
        {
            ("From", SimulatorOptions.MerchantName),
            ("To", payer),
            ("Amount", request.Amount is { } amount ? string.Create(CultureInfo.InvariantCulture, $"${amount:0.00} CAD") : null),
            ("Message", Rule.Text(request.Sent["displayMessage"])),
            ("Invoice", Rule.Text(request.Sent["invoiceNumber"])),
            ("Due", Rule.Text(request.Sent["dueDate"])),
        };
        var body = new StringBuilder("<dl>");
        foreach (var (label, value) in rows.Where(row => row.Value is not null))
            body.Append(CultureInfo.InvariantCulture, $"<dt>{label}</dt><dd>{Encode(value!)}</dd>");
        body.Append(CultureInfo.InvariantCulture, $"<dt>Status</dt><dd id=\"status\">{request.StatusName}</dd></dl>");
        if (problem is not null)
            body.Append(CultureInfo.InvariantCulture, $"<p role=\"alert\">Not paid: {Encode(problem)}.</p>");
        if (Transition.Of(request.Kind, TransactionAction.Pay)[0].From.Contains(request.Status))
            AppendForms(body, request);
        return WriteAsync(context, status, "Payment request", body.ToString());
    }

    private static void AppendForms(StringBuilder body, Transaction request)
    {
        body.Append(CultureInfo.InvariantCulture, $"<form method=\"post\" action=\"/r/{request.ShortCode}/pay\">");
        if (request.Amount is null)
        {
            var range = FlexibleAmount.Describe(request.Sent);
            var proposal = FlexibleAmount.Choose(request.Sent, null);
            body.Append(CultureInfo.InvariantCulture, $"<p><label for=\"amount\">Amount in CAD, {range}</label>")
                .Append("<input id=\"amount\" name=\"amount\" inputmode=\"decimal\" required ")
                .Append(CultureInfo.InvariantCulture, $"value=\"{proposal}\"></p>");
        }

        body.Append("<button>Pay</button></form>")
            .Append(CultureInfo.InvariantCulture, $"<form method=\"post\" action=\"/r/{request.ShortCode}/fail\">")
            .Append("<button class=\"secondary\">Fail</button></form>");
    }

    private static Task WriteAsync(HttpContext context, int status, string title, string body)
    {
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = "text/html; charset=utf-8";
        response.Headers.CacheControl = "no-store";
        response.Headers.ContentSecurityPolicy =
            "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
        return response.WriteAsync(
            Template.Replace("{title}", title, StringComparison.Ordinal).Replace("{body}", body, StringComparison.Ordinal),
            context.RequestAborted);
    }

    private static string Encode(string text) => HtmlEncoder.Default.Encode(text);

    private static string ReadTemplate()
    {
        using var reader = new StreamReader(typeof(PayerPages).Assembly.GetManifestResourceStream("payer.html")!);
        return reader.ReadToEnd();
    }
}
