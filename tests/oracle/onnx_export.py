#!/usr/bin/env python3
"""Exports models with random weights to ONNX, takes the weights out of the files, and counts parameters and
multiply-adds with PyTorch: the fixtures and the golden table of tests/importers/onnx.

usage: onnx_export.py OUT_FOLDER [NAME[:FORM] ...]  (all of MODELS without names; rows are appended to OUT_FOLDER/golden.csv)

FORM is fixed, dynamic, raw, dynamo or dynamo23 (fixed shapes, operator set 23), or one of onnx_runtime_forms.py, made of a
fixed export.

Needs torch, torchvision, timm, transformers and onnx. No network: architectures come from the packages, weights are
random. `parameters` is the number of values of model.parameters(); `held` is how many of them the file holds: without those
that no output depends on, with what the exporter made of batch norms (weight and bias of a norm become the bias of the
convolution before it), and with a tied head that it stored a second time. `macs` are half of torch.utils.flop_counter's
FLOPs: convolutions and matrix products, attention without regard to its mask. There are none where the counter leaves
products out, and where how many there are depends on the input's values.
"""
import csv
import math
import pathlib
import sys
import time
import warnings

import onnx
import torch
from torch.utils.flop_counter import FlopCounterMode

from onnx_handmade import HANDMADE
from onnx_runtime_forms import FORMS

KEPT_FLOATS = 64     # elements of a float tensor whose values stay in a fixture
KEPT_INTEGERS = 4096  # elements of an integer tensor whose values stay
CONVOLUTIONS = (torch.nn.Conv1d, torch.nn.Conv2d, torch.nn.Conv3d, torch.nn.ConvTranspose1d, torch.nn.ConvTranspose2d)
# Their tables of biases by relative position, or the name of a buffer, do not survive constant folding.
RELATIVE = ("swin_t", "swin_v2_t", "hf_swin", "maxvit_t", "coatnet_nano_rw_224", "beit_2", "eva02_2", "levit_128s",
            "efficientformer_l1", "tiny_vit_5m_224", "bart")
FOLDABLE = (torch.nn.BatchNorm1d, torch.nn.BatchNorm2d, torch.nn.BatchNorm3d)


def image(size=224, batch=1, channels=3):
    return lambda: (torch.randn(batch, channels, size, size),)


def video(frames=16, size=112):
    return lambda: (torch.randn(1, 3, frames, size, size),)


def tokens(vocabulary=100, length=16):
    return lambda: (torch.randint(0, vocabulary, (1, length)),)


class Outputs(torch.nn.Module):
    """A model that gives all its tensors of reals, without a cache: what an exporter can take."""

    def __init__(self, model, **options):
        super().__init__()
        self.model = model
        self.options = options

    def forward(self, *inputs):
        tensors, open_items = [], [self.model(*inputs, **self.options)]
        while open_items:
            item = open_items.pop(0)
            if torch.is_tensor(item):
                if item.is_floating_point():
                    tensors.append(item)
            elif isinstance(item, dict):
                open_items += item.values()
            elif isinstance(item, (list, tuple)):
                open_items += item
        return tuple(tensors)


def torchvision_model(name, folder="", **options):
    def make():
        import torchvision
        place = getattr(torchvision.models, folder) if folder else torchvision.models
        return Outputs(getattr(place, name)(weights=None, **options))
    return make


def vision(name, size=224, folder="", **options):
    if folder == "segmentation":
        options = {"weights_backbone": None, **options}
    if name in ("googlenet", "inception_v3"):
        options = {"init_weights": False, **options}
    return torchvision_model(name, folder, **options), image(size)


def timm_model(name, size=224, **options):
    def make():
        import timm
        return Outputs(timm.create_model(name, pretrained=False, scriptable=False, exportable=True, **options))
    return make, image(size)


def text(architecture, config, inputs=None, length=16, attention="eager", **options):
    """A model of transformers by its class and its config's, with small sizes."""
    def make():
        import transformers
        # Traced code cannot look for packed sequences.
        transformers.masking_utils.find_packed_sequence_indices = lambda *_, **__: None
        settings = getattr(transformers, config)(**options)
        settings._attn_implementation = attention
        extra = {} if architecture.startswith(("ViT", "Swin", "Dino", "Seg", "Conv", "Wav", "DeiT", "Beit", "Bit")) else {"use_cache": False}
        if architecture.startswith(("Bert", "Roberta", "Distil", "Albert", "Electra", "Deberta", "MPNet", "CLIP", "Siglip", "T5Encoder", "Detr", "Yolos", "Mobile", "Layout", "Camembert", "XLMRoberta")):
            extra = {}
        return Outputs(getattr(transformers, architecture)(settings), **extra)
    return make, inputs or tokens(length=length)


TINY = dict(vocab_size=200, hidden_size=64, num_hidden_layers=2, num_attention_heads=4, intermediate_size=128)
LLAMA = dict(TINY, num_key_value_heads=2, max_position_embeddings=64)

VISION = {
    **{name: vision(name, 64) for name in (
        "resnet18", "resnet50", "resnext50_32x4d", "squeezenet1_1", "densenet121", "googlenet",
        "shufflenet_v2_x1_0", "mobilenet_v2", "mobilenet_v3_small", "mnasnet0_5", "efficientnet_b0",
        "regnet_y_400mf", "regnet_x_400mf", "convnext_tiny", "swin_t")},
    "alexnet": vision("alexnet", 224),
    "inception_v3": vision("inception_v3", 96),
    "lraspp_mobilenet": vision("lraspp_mobilenet_v3_large", 64, "segmentation"),
    "deeplabv3_mobilenet": vision("deeplabv3_mobilenet_v3_large", 64, "segmentation"),
    "fcn_resnet50": vision("fcn_resnet50", 64, "segmentation"),
    "r3d_18": (torchvision_model("r3d_18", "video"), video(4, 32)),
    "r2plus1d_18": (torchvision_model("r2plus1d_18", "video"), video(4, 32)),
    **{name: timm_model(name, 64) for name in (
        "resnet26d", "ecaresnet26t", "skresnet18", "resnest14d", "dla34", "ese_vovnet19b_dw", "mobilenetv4_conv_small",
        "tf_efficientnetv2_b0", "mobileone_s0", "repvgg_a0", "ghostnet_100", "mixnet_s", "convnextv2_atto",
        "nf_resnet26", "resnetv2_50", "starnet_s1", "rexnet_100", "repghostnet_050", "inception_next_atto",
        "hrnet_w18_small", "res2net50_26w_4s", "dpn68", "poolformer_s12", "mobilevit_xxs", "mobilevitv2_050",
        "edgenext_xx_small", "fastvit_t8", "halonet26t", "convmixer_768_32")},
    **{name: timm_model(name) for name in (
        "mixer_s32_224", "gmlp_ti16_224", "resmlp_12_224", "deit_tiny_patch16_224", "levit_128s", "efficientformer_l1",
        "pvt_v2_b0", "xcit_nano_12_p8_224", "visformer_tiny", "convit_tiny", "cait_xxs24_224", "focalnet_tiny_srf",
        "davit_tiny", "tiny_vit_5m_224", "sequencer2d_s", "lambda_resnet26t", "coatnet_nano_rw_224")},
    "crossvit_tiny_240": timm_model("crossvit_tiny_240", 240),
    "eca_botnext26ts_256": timm_model("eca_botnext26ts_256", 256),
    "beit_2": timm_model("beit_base_patch16_224", depth=2),
    "dinov2_2": timm_model("vit_small_patch14_reg4_dinov2", 224, depth=2, img_size=224),
    "eva02_2": timm_model("eva02_tiny_patch14_224", depth=2),
    "vit_siglip_2": timm_model("vit_base_patch16_siglip_224", depth=2),
    "swin_v2_t": vision("swin_v2_t", 64),
    "vit_b_16": vision("vit_b_16"),
    "maxvit_t": vision("maxvit_t"),
    "efficientnet_v2_s": vision("efficientnet_v2_s", 64),
    "s3d": (torchvision_model("s3d", "video"), video(16, 224)),
}

TEXT = {
    "bert": text("BertModel", "BertConfig", **TINY),
    "bert_classifier": text("BertForSequenceClassification", "BertConfig", **TINY),
    "roberta": text("RobertaModel", "RobertaConfig", **TINY, max_position_embeddings=64),
    "distilbert": text("DistilBertModel", "DistilBertConfig", vocab_size=200, dim=64, n_layers=2, n_heads=4, hidden_dim=128),
    "albert": text("AlbertModel", "AlbertConfig", **TINY, embedding_size=32),
    "electra": text("ElectraModel", "ElectraConfig", **TINY, embedding_size=32),
    "mpnet": text("MPNetModel", "MPNetConfig", **TINY),
    "deberta_v2": text("DebertaV2Model", "DebertaV2Config", **TINY, relative_attention=True, pos_att_type=["c2p", "p2c"], position_buckets=16, norm_rel_ebd="layer_norm", share_att_key=True),
    "gpt2": text("GPT2LMHeadModel", "GPT2Config", vocab_size=200, n_embd=64, n_layer=2, n_head=4, n_positions=64),
    "gpt_neo": text("GPTNeoForCausalLM", "GPTNeoConfig", vocab_size=200, hidden_size=64, num_layers=2, num_heads=4, attention_types=[[["global", "local"], 1]], max_position_embeddings=64),
    "gpt_neox": text("GPTNeoXForCausalLM", "GPTNeoXConfig", **TINY, max_position_embeddings=64),
    "gptj": text("GPTJForCausalLM", "GPTJConfig", vocab_size=200, n_embd=64, n_layer=2, n_head=4, n_positions=64, rotary_dim=8),
    "opt": text("OPTForCausalLM", "OPTConfig", vocab_size=200, hidden_size=64, num_hidden_layers=2, num_attention_heads=4, ffn_dim=128, max_position_embeddings=64, word_embed_proj_dim=64),
    "bloom": text("BloomForCausalLM", "BloomConfig", vocab_size=200, hidden_size=64, n_layer=2, n_head=4),
    "falcon": text("FalconForCausalLM", "FalconConfig", vocab_size=200, hidden_size=64, num_hidden_layers=2, num_attention_heads=4),
    "llama": text("LlamaForCausalLM", "LlamaConfig", **LLAMA),
    "mistral": text("MistralForCausalLM", "MistralConfig", **LLAMA),
    "qwen2": text("Qwen2ForCausalLM", "Qwen2Config", **LLAMA),
    "qwen3": text("Qwen3ForCausalLM", "Qwen3Config", **LLAMA, head_dim=16),
    "gemma2": text("Gemma2ForCausalLM", "Gemma2Config", **LLAMA, head_dim=16, query_pre_attn_scalar=16),
    "phi3": text("Phi3ForCausalLM", "Phi3Config", **LLAMA, pad_token_id=0),
    "olmo2": text("Olmo2ForCausalLM", "Olmo2Config", **LLAMA),
    "t5_encoder": text("T5EncoderModel", "T5Config", vocab_size=200, d_model=64, d_kv=16, d_ff=128, num_layers=2, num_heads=4),
    "hf_vit": text("ViTModel", "ViTConfig", image(64), image_size=64, patch_size=16, hidden_size=64, num_hidden_layers=2, num_attention_heads=4, intermediate_size=128),
    "hf_dinov2": text("Dinov2Model", "Dinov2Config", image(56), image_size=56, patch_size=14, hidden_size=64, num_hidden_layers=2, num_attention_heads=4),
    "hf_swin": text("SwinModel", "SwinConfig", image(64), image_size=64, patch_size=4, embed_dim=32, depths=[2, 2], num_heads=[2, 4], window_size=4),
    "segformer": text("SegformerForSemanticSegmentation", "SegformerConfig", image(128), depths=[1, 1, 1, 1]),
    "clip_text": text("CLIPTextModel", "CLIPTextConfig", **TINY, max_position_embeddings=64, eos_token_id=2),
    "clip_vision": text("CLIPVisionModel", "CLIPVisionConfig", image(64), image_size=64, patch_size=16, hidden_size=64, num_hidden_layers=2, num_attention_heads=4, intermediate_size=128),
    "wav2vec2": text("Wav2Vec2Model", "Wav2Vec2Config", lambda: (torch.randn(1, 4000),), hidden_size=64, num_hidden_layers=2, num_attention_heads=4, intermediate_size=128),
    "mamba": text("MambaForCausalLM", "MambaConfig", vocab_size=200, hidden_size=64, num_hidden_layers=2),
    "t5": text("T5ForConditionalGeneration", "T5Config", lambda: (torch.randint(0, 100, (1, 16)), torch.ones(1, 16, dtype=torch.long), torch.randint(0, 100, (1, 8))), vocab_size=200, d_model=64, d_kv=16, d_ff=128, num_layers=2, num_heads=4),
    "bart": text("BartForConditionalGeneration", "BartConfig", lambda: (torch.randint(0, 100, (1, 16)), torch.ones(1, 16, dtype=torch.long), torch.randint(0, 100, (1, 8))), vocab_size=200, d_model=64, encoder_layers=2, decoder_layers=2, encoder_attention_heads=4, decoder_attention_heads=4, encoder_ffn_dim=128, decoder_ffn_dim=128, max_position_embeddings=64),
}


class Detector(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, images):
        found = self.model([images[0]])
        return tuple((found[1] if isinstance(found, tuple) else found)[0].values())


def detector(name):
    def make():
        import torchvision
        return Detector(getattr(torchvision.models.detection, name)(weights=None, weights_backbone=None))
    return make, image(160)


FURTHER = {
    **HANDMADE,
    "fasterrcnn_mobilenet": detector("fasterrcnn_mobilenet_v3_large_320_fpn"),
    "xlnet": text("XLNetModel", "XLNetConfig", vocab_size=200, d_model=64, n_layer=2, n_head=4, d_inner=128),
    "phi": text("PhiForCausalLM", "PhiConfig", **LLAMA, attention="sdpa"),
    "cohere": text("CohereForCausalLM", "CohereConfig", **LLAMA, attention="sdpa"),
    "modernbert": text("ModernBertModel", "ModernBertConfig", **TINY, pad_token_id=0, global_attn_every_n_layers=2, local_attention=8, attention="sdpa"),
    "vit_tiny_patch16_224": timm_model("vit_tiny_patch16_224"),
    "vit_wee_patch16_reg1_gap_256": timm_model("vit_wee_patch16_reg1_gap_256", 256),
    "lcnet_050": timm_model("lcnet_050", 64),
    "codegen": text("CodeGenForCausalLM", "CodeGenConfig", vocab_size=200, n_embd=64, n_layer=2, n_head=4, n_positions=64, n_ctx=64, n_inner=128, rotary_dim=8),
}

# Languages first: they are small.
MODELS = {**TEXT, **VISION, **FURTHER}


def spread(model):
    """Different values everywhere: exporters merge equal tensors."""
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.01 * torch.randn_like(parameter))


def multiply_adds(model, inputs):
    torch.backends.mha.set_fastpath_enabled(False)
    with torch.no_grad(), torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH):
        with FlopCounterMode(display=False) as counter:
            model(*inputs)
    return counter.get_total_flops() // 2


def strip_tensor(tensor):
    count = math.prod(tensor.dims)
    integer = tensor.data_type in (onnx.TensorProto.INT64, onnx.TensorProto.INT32, onnx.TensorProto.BOOL)
    if count <= (KEPT_INTEGERS if integer else KEPT_FLOATS) and not tensor.external_data:
        return
    for field in ("raw_data", "float_data", "int32_data", "int64_data", "double_data", "external_data", "data_location"):
        tensor.ClearField(field)


def strip_graph(graph):
    graph.ClearField("value_info")
    graph.ClearField("doc_string")
    for tensor in graph.initializer:
        strip_tensor(tensor)
    strip_nodes(graph.node)


def strip_nodes(nodes):
    for node in nodes:
        node.ClearField("doc_string")
        scopes = [p.value for p in node.metadata_props if p.key == "pkg.torch.onnx.name_scopes"]
        node.ClearField("metadata_props")
        if scopes:
            node.metadata_props.add(key="pkg.torch.onnx.name_scopes", value=scopes[0])
        for attribute in node.attribute:
            attribute.ClearField("doc_string")
            if attribute.type == onnx.AttributeProto.TENSOR:
                strip_tensor(attribute.t)
            for graph in [attribute.g] if attribute.type == onnx.AttributeProto.GRAPH else attribute.graphs:
                strip_graph(graph)


def strip(path):
    model = onnx.load(path, load_external_data=False)
    model.ClearField("metadata_props")
    strip_graph(model.graph)
    for function in model.functions:
        function.ClearField("doc_string")
        function.ClearField("value_info")
        function.ClearField("metadata_props")
        strip_nodes(function.node)
    return model


def shorten(model):
    """Names of values between nodes tell nothing and take half of a file."""
    graph = model.graph
    kept = {value.name for value in (*graph.input, *graph.output, *graph.initializer)}
    short = {}

    def name(old):
        return old if old == "" or old in kept else short.setdefault(old, f"t{len(short)}")

    def visit(nodes):
        for node in nodes:
            if node.op_type == "Identity" and node.input[0] in kept:
                kept.update(node.output)  # a parameter under a name of its own
            node.input[:] = [name(old) for old in node.input]
            node.output[:] = [name(old) for old in node.output]
            for attribute in node.attribute:
                if attribute.type == onnx.AttributeProto.GRAPH:
                    for value in (*attribute.g.input, *attribute.g.output):
                        value.name = name(value.name)
                    visit(attribute.g.node)

    visit(graph.node)


def dynamic_axes(inputs):
    names = [f"x{i}" for i in range(len(inputs))]
    axes = {}
    for name, value in zip(names, inputs):
        axes[name] = {0: "batch"}
        if not value.is_floating_point():
            axes[name][1] = "seq" if value.shape[1] == 16 else "targets"
    return names, axes


def export(model, inputs, path, exporter):
    names, axes = dynamic_axes(inputs)
    if exporter == "dynamo":
        # An extent of 1 cannot be open there.
        shapes = tuple({1: torch.export.Dim(axes[name][1])} if 1 in axes[name] else {} for name in names)
        torch.onnx.export(model, inputs, str(path), dynamo=True, external_data=True, verbose=False, input_names=names,
                          dynamic_shapes=(shapes,) if any(shapes) else None)
    elif exporter == "dynamo23":
        torch.onnx.export(model, inputs, str(path), dynamo=True, external_data=True, verbose=False, input_names=names,
                          opset_version=23)
    elif exporter == "raw":  # batch norms stay
        torch.onnx.export(model, inputs, str(path), dynamo=False, input_names=names, do_constant_folding=False,
                          training=torch.onnx.TrainingMode.PRESERVE, opset_version=13)
    else:
        torch.onnx.export(model, inputs, str(path), dynamo=False, input_names=names, opset_version=17,
                          dynamic_axes=axes if exporter == "dynamic" else None)
    return names


def reached(model, inputs):
    """Parameters that an output depends on, also those that training leaves alone."""
    model.requires_grad_(True)
    model.train().eval()  # forgets what was computed without gradients
    with torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH):
        sum(output.sum() for output in model(*inputs)).backward()
    return {id(p) for p in model.parameters() if p.grad is not None}


def values_in_torch(model, kinds, names, used):
    modules = [m for m in model.modules() if isinstance(m, kinds)]
    found = {id(p): p.numel() for m in modules for n, p in m.named_parameters(recurse=False) if n in names}
    return sum(count for key, count in found.items() if key in used)


def values_in_file(graph, types, inputs):
    """Elements of constants in these places of these nodes, each once."""
    dims = {t.name: math.prod(t.dims) for t in graph.initializer}
    for node in graph.node:
        if node.op_type == "Identity" and node.input[0] in dims:
            dims[node.output[0]] = dims[node.input[0]]
    found = {n.input[i] for n in graph.node if n.op_type in types for i in inputs if i < len(n.input)}
    return sum(dims.get(name, 0) for name in found)


def stored_twice(graph):
    """Elements of matrices whose transpose is stored too: tied heads."""
    arrays = {t.name: onnx.numpy_helper.to_array(t) for t in graph.initializer if len(t.dims) == 2 and t.data_type == 1}
    shapes = {}
    for name, array in arrays.items():
        shapes.setdefault(array.shape, []).append(name)
    twice = 0
    for name, array in arrays.items():
        if not name.startswith("onnx::"):
            continue
        twins = [other for other in shapes.get(array.shape[::-1], []) if not other.startswith("onnx::")]
        twice += array.size * any((arrays[other].T == array).all() for other in twins)
    return int(twice)


def has_types(graph, types):
    return any(node.op_type in types for node in graph.node)


def held(model, inputs, graph):
    # Which parameters a detector uses depends on what it finds.
    used = {id(p) for p in model.parameters()} if has_types(graph, ("NonZero",)) else reached(model, inputs)
    count = sum(p.numel() for p in model.parameters() if id(p) in used)
    norms = values_in_torch(model, FOLDABLE, ("weight", "bias"), used)
    norms -= min(norms, values_in_file(graph, ("BatchNormalization",), (1, 2)))  # those over weights are none
    biases = values_in_file(graph, ("Conv", "ConvTranspose"), (2,)) - values_in_torch(model, CONVOLUTIONS, ("bias",), used)
    return count - norms + (biases if norms else 0) + stored_twice(graph)


def one(name, exporter, folder, distinct):
    make, sample = MODELS[name]
    torch.manual_seed(0)
    model = make().eval()
    if distinct:
        spread(model)
    inputs = sample()
    parameters = sum(p.numel() for p in model.parameters())
    macs = multiply_adds(model, inputs)
    raw = folder / "raw.onnx"
    names = export(model, inputs, raw, exporter)
    graph = onnx.load(raw, load_external_data=exporter.startswith("dynamo")).graph
    in_file = held(model, inputs, graph)
    if has_types(graph, ("LSTM", "GRU", "RNN", "NonZero")):
        macs = ""
    if exporter in FORMS:
        FORMS[exporter](str(raw), inputs, names)
    stripped = strip(raw)
    for leftover in folder.glob("raw.onnx*"):
        leftover.unlink()
    shorten(stripped)
    file = f"{name}.{exporter}.onnx"
    onnx.save(stripped, folder / file)
    names, axes = dynamic_axes(inputs)
    open_sizes = sorted({f"{axis}={value.shape[i]}" for value, name in zip(inputs, names) for i, axis in axes[name].items()})
    return [file, parameters, in_file, macs, ";".join(size for size in open_sizes if exporter == "dynamic" or (exporter == "dynamo" and "batch" not in size))]


def is_distinct(name, form):
    """A part stays as it was made, with many equal vectors: of what ONNX Runtime merges, all."""
    if form in ("basic", "extended"):
        return False
    return form.startswith("dynamo") or form in FORMS or name in FURTHER or len(name) % 3 != 0


def main():
    warnings.filterwarnings("ignore")
    torch.set_num_threads(1)
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    wanted = sys.argv[2:] or [f"{name}:{default_exporter(name)}" for name in MODELS]
    for word in wanted:
        name, _, exporter = word.partition(":")
        start = time.time()
        try:
            row = one(name, exporter or default_exporter(name), folder, is_distinct(name, exporter))
        except Exception as error:  # an exporter may not take a model: the next one
            print(f"{word}: {type(error).__name__}: {str(error)[:300]}", file=sys.stderr, flush=True)
            continue
        with open(folder / "golden.csv", "a", newline="") as table:
            csv.writer(table, lineterminator="\n").writerow(row)
        print(f"{word}: {time.time() - start:.0f} s", flush=True)


def default_exporter(name):
    """Every kind of export has its share: fixed shapes, symbolic ones, batch norms kept."""
    if name in RELATIVE:
        return "raw"
    if name in FURTHER:
        return "fixed"
    if isinstance(MODELS[name][1](), tuple) and not MODELS[name][1]()[0].is_floating_point():
        return "dynamic"
    return ("fixed", "dynamic", "raw")[sum(map(ord, name)) % 3]


if __name__ == "__main__":
    main()
