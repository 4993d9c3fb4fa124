"""Networks written by hand for onnx_export.py: recurrent, recommender, graph and expert layers, einsums."""
import torch
from torch import nn


class Recurrent(nn.Module):
    def __init__(self, kind):
        super().__init__()
        self.table = nn.Embedding(100, 32)
        self.layers = getattr(nn, kind)(32, 48, 2, batch_first=True, bidirectional=True)
        self.head = nn.Linear(96, 5)

    def forward(self, ids):
        return self.head(self.layers(self.table(ids))[0])


class Recommender(nn.Module):
    """DLRM (arXiv 1906.00091) with bags of ids between offsets."""

    def __init__(self):
        super().__init__()
        self.tables = nn.ModuleList(nn.EmbeddingBag(1000, 16, mode="sum") for _ in range(4))
        self.bottom = nn.Sequential(nn.Linear(13, 64), nn.ReLU(), nn.Linear(64, 16), nn.ReLU())
        self.top = nn.Sequential(nn.Linear(16 + 10, 64), nn.ReLU(), nn.Linear(64, 1), nn.Sigmoid())

    def forward(self, dense, ids, offsets):
        x = self.bottom(dense)
        rows = torch.stack([x] + [table(ids[i], offsets[i]) for i, table in enumerate(self.tables)], 1)
        products = torch.bmm(rows, rows.transpose(1, 2))
        left = torch.tensor([a for a in range(5) for _ in range(a)])
        right = torch.tensor([b for a in range(5) for b in range(a)])
        return self.top(torch.cat([x, products[:, left, right]], 1))


class Graph(nn.Module):
    """Two graph convolutions with means over neighbours (arXiv 1609.02907)."""

    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Linear(16, 32), nn.Linear(32, 7)

    def mean(self, x, edges):
        to = edges[1].unsqueeze(1)
        rows = torch.zeros_like(x).scatter_add(0, to.expand(-1, x.shape[1]), x.index_select(0, edges[0]))
        count = torch.zeros(x.shape[0], 1).scatter_add(0, to, torch.ones(edges.shape[1], 1))
        return rows / count.clamp(min=1)

    def forward(self, x, edges):
        return self.mean(self.second(torch.relu(self.mean(self.first(x), edges))), edges)


class Experts(nn.Module):
    def __init__(self):
        super().__init__()
        self.gate = nn.Linear(32, 4)
        self.up, self.down = nn.Parameter(torch.randn(4, 32, 64)), nn.Parameter(torch.randn(4, 64, 32))

    def forward(self, x):
        weights, chosen = self.gate(x).softmax(-1).topk(2, -1)
        y = torch.einsum("tef,efd->ted", torch.einsum("td,edf->tef", x, self.up).relu(), self.down)
        return (y.gather(1, chosen.unsqueeze(-1).expand(-1, -1, 32)) * weights.unsqueeze(-1)).sum(1)


class EinsumAttention(nn.Module):
    def __init__(self):
        super().__init__()
        self.qkv = nn.Linear(64, 192)
        self.bias = nn.Parameter(torch.randn(4, 49, 49))

    def forward(self, x):
        b, n, _ = x.shape
        q, k, v = self.qkv(x).reshape(b, n, 3, 4, 16).unbind(2)
        scores = torch.einsum("bnhd,bmhd->bhnm", q * 0.25, k) + self.bias
        return torch.einsum("bhnm,bmhd->bnhd", scores.softmax(-1), v).flatten(2)


class Segmenter(nn.Module):
    """A small U-Net (arXiv 1505.04597) with instance norms, a transposed convolution and a bilinear one."""

    def __init__(self):
        super().__init__()
        block = lambda a, b: nn.Sequential(nn.Conv2d(a, b, 3, padding=1), nn.InstanceNorm2d(b, affine=True), nn.LeakyReLU())
        self.down = nn.ModuleList([block(3, 16), block(16, 32), block(32, 64)])
        self.up = nn.ConvTranspose2d(64, 32, 2, 2)
        self.wide, self.narrow, self.out = block(64, 32), block(48, 16), nn.Conv2d(16, 2, 1)

    def forward(self, x):
        a = self.down[0](x)
        b = self.down[1](nn.functional.max_pool2d(a, 2))
        y = self.wide(torch.cat([self.up(self.down[2](nn.functional.avg_pool2d(b, 2))), b], 1))
        y = nn.functional.interpolate(y, scale_factor=2, mode="bilinear")
        return self.out(self.narrow(torch.cat([y, a], 1))).softmax(1)


HANDMADE = {
    "lstm": (lambda: Recurrent("LSTM"), lambda: (torch.randint(0, 100, (1, 16)),)),
    "gru": (lambda: Recurrent("GRU"), lambda: (torch.randint(0, 100, (1, 16)),)),
    "recommender": (Recommender, lambda: (torch.randn(8, 13), torch.randint(0, 1000, (4, 24)), torch.arange(0, 24, 3).repeat(4, 1))),
    "graph": (Graph, lambda: (torch.randn(50, 16), torch.randint(0, 50, (2, 200)))),
    "experts": (Experts, lambda: (torch.randn(10, 32),)),
    "einsum_attention": (EinsumAttention, lambda: (torch.randn(2, 49, 64),)),
    "segmenter": (Segmenter, lambda: (torch.randn(1, 3, 64, 64),)),
}
