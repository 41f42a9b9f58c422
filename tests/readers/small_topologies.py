"""Small topologies written by hand, one a format."""

NATIVE = """?SNDlib native format; type: network; version: 1.0
# network small
META (
  granularity = 5min
  unit  = MBITPERSEC
  origin  = a paper (with a bracket, http://example.org
)
NODES (
  N1 ( 10.00 50.00 )
  N2 (11.00 50.0)
  N3
)
LINKS (
  L1 ( N1 N2 ) 100.00 0.00 2.50 0.00 ( 40.00 1.00 80.00 2.00 )
  L2 ( N2 N3 ) 0.00 0.00 0.00 0.00 ( )
)
DEMANDS (
  D1 ( N1 N3 ) 1 5.50 UNLIMITED
  D2 ( N3 N1 ) 2 4.00 3
)
ADMISSIBLE_PATHS (
  D1 (
    P_0 ( L1 L2 )
  )
)
"""
XML = """<?xml version="1.0" encoding="ISO-8859-1"?>
<network xmlns="http://sndlib.zib.de/network" version="1.0"><meta><unit>MBITPERSEC</unit></meta>
<networkStructure><nodes coordinatesType="geographical">
<node id="N1"><coordinates><x>10</x><y>50</y></coordinates></node>
<node id="N2"><coordinates><x>11</x><y>50</y></coordinates></node><node id="N3"/></nodes>
<links>
<link id="L1"><source>N1</source><target>N2</target><preInstalledModule><capacity>100.0</capacity><cost>0</cost>
</preInstalledModule><routingCost>2.5</routingCost></link>
<link id="L2"><source>N2</source><target>N3</target></link></links></networkStructure>
<demands><demand id="D1"><source>N1</source><target>N3</target><demandValue>5.5</demandValue></demand>
<demand id="D2"><source>N3</source><target>N1</target><routingUnit>2</routingUnit><demandValue>4</demandValue></demand>
</demands></network>
"""
GRAPH = """NODES 3
label x y
A 10 50
B 11 50
C 12 50

EDGES 5
label src dest weight bw delay
e0 0 1 10 100 1
e1 1 0 20 100 1
e2 1 2 5 50 1
e3 0 1 30 70 1
e4 1 0 30 70 1
"""
GRAPHML = """<?xml version='1.0' encoding='utf-8'?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key attr.name="label" attr.type="string" for="node" id="d1"/><key attr.name="Latitude" for="node" id="d2"/>
<key attr.name="Longitude" for="node" id="d3"/><key attr.name="LinkSpeedRaw" for="edge" id="d4"/>
<graph edgedefault="undirected">
<node id="0"><data key="d1">Bern</data><data key="d2">46.9</data><data key="d3">7.4</data></node>
<node id="1"><data key="d1">Basel</data><data key="d2">47.6</data><data key="d3">7.6</data></node>
<edge source="0" target="1"><data key="d4">1000000</data></edge>
<edge source="1" target="0"/><edge source="1" target="1"/>
</graph></graphml>
"""
NODE_LINK = {
    "directed": False,
    "multigraph": False,
    "graph": {"demands": {"7": {"8": 3.5}}},
    "nodes": [{"id": 7, "name": "Gdansk", "pos": [18.6, 54.2]}, {"id": 8, "name": "Warsaw", "pos": [21.0, 52.2]}],
    "edges": [{"source": 7, "target": 8, "dist": 283.0, "srlg": ["duct"]}],
}
NETWORKS = {
    "ietf-network:networks": {
        "network": [
            {
                "network-id": "ip",
                "network-types": {"ietf-l3-unicast-topology:l3-unicast-topology": {}},
                "node": [
                    {"node-id": name, "supporting-node": [{"network-ref": "fibre", "node-ref": name.upper()}]}
                    for name in ("r1", "r2", "r3")
                ],
                "ietf-network-topology:link": [
                    {
                        "link-id": f"{one}-{other}",
                        "source": {"source-node": one, "source-tp": "p"},
                        "destination": {"dest-node": other, "dest-tp": "p"},
                        "ietf-l3-unicast-topology:l3-link-attributes": {"metric1": str(metric)},
                        "supporting-link": [{"network-ref": "fibre", "link-ref": "trunk"}],
                    }
                    for one, other, metric in (("r1", "r2", 10), ("r2", "r1", 12), ("r1", "r3", 7))
                ],
            },
            {
                "network-id": "fibre",
                "node": [{"node-id": name} for name in ("R1", "R2", "R3", "X")],
                "link": [{"link-id": "trunk", "source": {"source-node": "R1"}, "destination": {"dest-node": "X"}}],
            },
        ]
    }
}
BATFISH = {
    "edges": [
        {
            "node1": {"hostname": one, "interfaceName": "p1"},
            "node2": {"hostname": other, "interfaceName": "p2" if other == "r2" else "p1"},
        }
        for one, other in (("r1", "r2"), ("r1", "r3"))
    ]
}
BATFISH["edges"].append({"node1": BATFISH["edges"][0]["node2"], "node2": BATFISH["edges"][0]["node1"]})
