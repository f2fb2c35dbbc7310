! Who shares which node: on the cubed sphere from exact integer coordinates of the nodes on the surface of a cube, on any
! other mesh from the numbers of the elements' corners.
!
! HOMME, CAM-SE: cube_mod (cubetopology), mesh_mod, gridgraph_mod, edge_mod (order of summation)
module connectivity
  use dimensions, only: np, nboundary
  use cubed_sphere, only: face_frame
  use element_data, only: boundary_i, boundary_j
  implicit none
  private
  public :: connect, connect_corners

  integer, parameter :: corner(4) = [1, 4, 12, 9]   ! boundary nodes at SW, SE, NE, NW
  integer, parameter :: leaving(4) = [2, 6, 11, 7]  ! one inside of the side that leaves each counterclockwise

contains

  ! copies (copy, boundary node, elem) as i + np*(j-1) + np*np*(elem-1) in order of summation; neighbours (n, elem). 0 pads.
  subroutine connect(ne, copies, neighbours)
    integer, intent(in) :: ne
    integer, allocatable, intent(out) :: copies(:,:,:), neighbours(:,:)
    integer :: number(np,np,6*ne*ne), e, i, j

    do e = 1, 6*ne*ne
      do j = 1, np
        do i = 1, np
          number(i,j,e) = point(ne, e, i, j)
        end do
      end do
    end do
    call list_copies(number, 4, copies, neighbours)
  end subroutine connect

  ! The same of elements with corners SW, SE, NE, NW, whose sides follow one another.
  subroutine connect_corners(corners, copies, neighbours)
    integer, intent(in) :: corners(:,:)  ! (4, elem)
    integer, allocatable, intent(out) :: copies(:,:,:), neighbours(:,:)
    integer, parameter :: side_i(np,4) = reshape([1,2,3,4, 4,4,4,4, 4,3,2,1, 1,1,1,1], [np,4])
    integer, parameter :: side_j(np,4) = reshape([1,1,1,1, 1,2,3,4, 4,4,4,4, 4,3,2,1], [np,4])
    integer :: number(np,np,size(corners, 2)), valence(maxval(corners)), e, s, m, ends(2), first
    integer, allocatable :: ends_of(:,:)  ! (side, point): the other, larger ends of sides that begin there

    valence = 0
    do e = 1, size(corners, 2)
      valence(corners(:,e)) = valence(corners(:,e)) + 1
    end do
    allocate(ends_of(maxval(valence),size(valence)))
    ends_of = 0
    number = 0
    do e = 1, size(corners, 2)
      do s = 1, 4
        ends = [corners(s,e), corners(mod(s, 4) + 1,e)]
        call number_side(minval(ends), maxval(ends), ends_of, first)
        number(side_i(1,s),side_j(1,s),e) = ends(1)
        do m = 2, np-1
          number(side_i(m,s),side_j(m,s),e) = size(valence) + first + merge(m, np + 1 - m, ends(1) < ends(2)) - 1
        end do
      end do
      number(2:np-1,2:np-1,e) = 0
    end do
    call list_copies(number, maxval(valence), copies, neighbours)
  end subroutine connect_corners

  ! How many nodes inside of sides come before those of the side from a to b.
  pure subroutine number_side(a, b, ends_of, before)
    integer, intent(in) :: a, b
    integer, intent(inout) :: ends_of(:,:)
    integer, intent(out) :: before
    integer :: n
    do n = 1, size(ends_of, 1)
      if (ends_of(n,a) == 0) ends_of(n,a) = b
      if (ends_of(n,a) == b) exit
    end do
    before = (np-2)*(n - 1 + size(ends_of, 1)*(a-1))
  end subroutine number_side

  ! The tables of nodes that are numbered by the point they lie at, 0: nobody shares it. most: elements at a point.
  subroutine list_copies(number, most, copies, neighbours)
    integer, intent(in) :: number(:,:,:), most
    integer, allocatable, intent(out) :: copies(:,:,:), neighbours(:,:)
    integer, allocatable :: owners(:,:), ordered(:,:,:)  ! owners (copy, point): all nodes at a point, 0 pads
    integer :: e, b

    allocate(owners(most,maxval(number)), copies(most-1,nboundary,size(number, 3)))
    allocate(neighbours(4*(most-2),size(number, 3)))
    call collect(number, owners)
    copies = 0
    neighbours = 0
    do e = 1, size(number, 3)
      do b = 1, nboundary
        call list_others(owners(:,number(boundary_i(b),boundary_j(b),e)), e, copies(:,b,e))
      end do
    end do
    ordered = copies
    do e = 1, size(number, 3)
      do b = 1, nboundary
        if (any(corner == b)) call order_corner(copies, b, e, ordered(:,b,e))
        call add_neighbours(ordered(:,b,e), neighbours(:,e))
      end do
    end do
    copies = ordered
  end subroutine list_copies

  subroutine collect(number, owners)
    integer, intent(in) :: number(:,:,:)
    integer, intent(out) :: owners(:,:)
    integer :: e, i, j, p

    owners = 0
    do e = 1, size(number, 3)
      do j = 1, np
        do i = 1, np
          p = number(i,j,e)
          if (p > 0) owners(count(owners(:,p) > 0) + 1,p) = i + np*(j-1) + np*np*(e-1)
        end do
      end do
    end do
  end subroutine collect

  ! Number of the point at node (i,j) of element e: nodes are counted along the faces, so that coordinates are integers.
  pure integer function point(ne, e, i, j)
    integer, intent(in) :: ne, e, i, j
    integer :: face, ie, je, half

    face = (e-1)/(ne*ne) + 1
    ie = mod(e-1, ne)
    je = mod((e-1)/ne, ne)
    half = (np-1)*ne
    point = point_number(ne, half*face_frame(:,1,face) + (2*((np-1)*ie + i-1) - half)*face_frame(:,2,face) &
                             + (2*((np-1)*je + j-1) - half)*face_frame(:,3,face))
  end function point

  ! The position on the first face that holds x.
  pure integer function point_number(ne, x)
    integer, intent(in) :: ne, x(3)
    integer :: face, half, m, n

    half = (np-1)*ne
    do face = 1, 5
      if (dot_product(x, face_frame(:,1,face)) == half) exit
    end do
    m = (dot_product(x, face_frame(:,2,face)) + half)/2
    n = (dot_product(x, face_frame(:,3,face)) + half)/2
    point_number = 1 + m + (half+1)*(n + (half+1)*(face-1))
  end function point_number

  pure subroutine list_others(nodes, e, others)
    integer, intent(in) :: nodes(:), e
    integer, intent(out) :: others(:)
    integer :: c, found

    others = 0
    found = 0
    do c = 1, size(nodes)
      if (nodes(c) == 0 .or. element_of(nodes(c)) == e) cycle
      found = found + 1
      others(found) = nodes(c)
    end do
  end subroutine list_others

  ! At a corner the neighbours across the two sides come first: south then west, north then west, east then south, north
  ! then east. The others follow clockwise.
  pure subroutine order_corner(copies, b, e, ordered)
    integer, intent(in) :: copies(:,:,:), b, e
    integer, intent(inout) :: ordered(:)
    integer :: ring(size(ordered)), m, n

    m = count(copies(:,b,e) > 0)
    ring(1) = clockwise(copies, node_of(b, e))
    do n = 2, m
      ring(n) = clockwise(copies, ring(n-1))
    end do
    ordered(:2) = ring([1, m])
    if (b == corner(4)) ordered(:2) = ring([m, 1])
    ordered(3:m) = ring(2:m-1)
  end subroutine order_corner

  ! The same point in the next element around it: that beyond the side that leaves it counterclockwise.
  pure integer function clockwise(copies, node)
    integer, intent(in) :: copies(:,:,:), node
    integer :: e, next, b, c, n

    e = element_of(node)
    do n = 1, 4
      if (node == node_of(corner(n), e)) exit
    end do
    b = corner(n)
    next = element_of(copies(1,leaving(n),e))
    do c = 1, size(copies, 1)
      clockwise = copies(c,b,e)
      if (element_of(clockwise) == next) exit
    end do
  end function clockwise

  pure integer function node_of(b, e)
    integer, intent(in) :: b, e
    node_of = boundary_i(b) + np*(boundary_j(b)-1) + np*np*(e-1)
  end function node_of

  pure subroutine add_neighbours(copies, neighbours)
    integer, intent(in) :: copies(:)
    integer, intent(inout) :: neighbours(:)
    integer :: c, e

    do c = 1, size(copies)
      if (copies(c) == 0) exit
      e = element_of(copies(c))
      if (all(neighbours /= e)) neighbours(count(neighbours > 0) + 1) = e
    end do
  end subroutine add_neighbours

  pure integer function element_of(node)
    integer, intent(in) :: node
    element_of = (node-1)/(np*np) + 1
  end function element_of
end module connectivity
